CREATE TRIGGER `fence_families_insert` BEFORE INSERT ON `families` WHEN EXISTS (SELECT 1 FROM `fences` WHERE `family_id` = NEW.`id` AND `state` IN ('clearing', 'incoming', 'frozen', 'moved')) BEGIN SELECT RAISE(ABORT, 'family_moving'); END;
--> statement-breakpoint
CREATE TRIGGER `fence_families_update` BEFORE UPDATE ON `families` WHEN EXISTS (SELECT 1 FROM `fences` WHERE `family_id` = OLD.`id` AND `state` IN ('clearing', 'incoming', 'frozen', 'moved')) BEGIN SELECT RAISE(ABORT, 'family_moving'); END;
--> statement-breakpoint
CREATE TRIGGER `fence_families_delete` BEFORE DELETE ON `families` WHEN EXISTS (SELECT 1 FROM `fences` WHERE `family_id` = OLD.`id` AND `state` IN ('clearing', 'incoming', 'frozen', 'moved')) BEGIN SELECT RAISE(ABORT, 'family_moving'); END;
--> statement-breakpoint
CREATE TRIGGER `fence_users_insert` BEFORE INSERT ON `users` WHEN EXISTS (SELECT 1 FROM `fences` WHERE `family_id` = NEW.`family_id` AND `state` IN ('clearing', 'incoming', 'frozen', 'moved')) BEGIN SELECT RAISE(ABORT, 'family_moving'); END;
--> statement-breakpoint
CREATE TRIGGER `fence_users_update` BEFORE UPDATE ON `users` WHEN EXISTS (SELECT 1 FROM `fences` WHERE `family_id` = OLD.`family_id` AND `state` IN ('clearing', 'incoming', 'frozen', 'moved')) BEGIN SELECT RAISE(ABORT, 'family_moving'); END;
--> statement-breakpoint
CREATE TRIGGER `fence_users_delete` BEFORE DELETE ON `users` WHEN EXISTS (SELECT 1 FROM `fences` WHERE `family_id` = OLD.`family_id` AND `state` IN ('clearing', 'incoming', 'frozen', 'moved')) BEGIN SELECT RAISE(ABORT, 'family_moving'); END;
--> statement-breakpoint
CREATE TRIGGER `fence_notification_preferences_insert` BEFORE INSERT ON `notification_preferences` WHEN EXISTS (SELECT 1 FROM `fences` WHERE `family_id` = NEW.`family_id` AND `state` IN ('clearing', 'incoming', 'frozen', 'moved')) BEGIN SELECT RAISE(ABORT, 'family_moving'); END;
--> statement-breakpoint
CREATE TRIGGER `fence_notification_preferences_update` BEFORE UPDATE ON `notification_preferences` WHEN EXISTS (SELECT 1 FROM `fences` WHERE `family_id` = OLD.`family_id` AND `state` IN ('clearing', 'incoming', 'frozen', 'moved')) BEGIN SELECT RAISE(ABORT, 'family_moving'); END;
--> statement-breakpoint
CREATE TRIGGER `fence_notification_preferences_delete` BEFORE DELETE ON `notification_preferences` WHEN EXISTS (SELECT 1 FROM `fences` WHERE `family_id` = OLD.`family_id` AND `state` IN ('clearing', 'incoming', 'frozen', 'moved')) BEGIN SELECT RAISE(ABORT, 'family_moving'); END;
--> statement-breakpoint
CREATE TRIGGER `fence_consent_events_insert` BEFORE INSERT ON `consent_events` WHEN EXISTS (SELECT 1 FROM `fences` WHERE `family_id` = NEW.`family_id` AND `state` IN ('clearing', 'incoming', 'frozen', 'moved')) BEGIN SELECT RAISE(ABORT, 'family_moving'); END;
--> statement-breakpoint
CREATE TRIGGER `fence_consent_events_update` BEFORE UPDATE ON `consent_events` WHEN EXISTS (SELECT 1 FROM `fences` WHERE `family_id` = OLD.`family_id` AND `state` IN ('clearing', 'incoming', 'frozen', 'moved')) BEGIN SELECT RAISE(ABORT, 'family_moving'); END;
--> statement-breakpoint
CREATE TRIGGER `fence_consent_events_delete` BEFORE DELETE ON `consent_events` WHEN EXISTS (SELECT 1 FROM `fences` WHERE `family_id` = OLD.`family_id` AND `state` IN ('clearing', 'incoming', 'frozen', 'moved')) BEGIN SELECT RAISE(ABORT, 'family_moving'); END;
--> statement-breakpoint
CREATE TRIGGER `fence_sessions_insert` BEFORE INSERT ON `sessions` WHEN EXISTS (SELECT 1 FROM `fences` WHERE `family_id` = NEW.`family_id` AND `state` IN ('clearing', 'incoming', 'frozen', 'moved')) BEGIN SELECT RAISE(ABORT, 'family_moving'); END;
--> statement-breakpoint
CREATE TRIGGER `fence_sessions_update` BEFORE UPDATE ON `sessions` WHEN EXISTS (SELECT 1 FROM `fences` WHERE `family_id` = OLD.`family_id` AND `state` IN ('clearing', 'incoming', 'frozen', 'moved')) BEGIN SELECT RAISE(ABORT, 'family_moving'); END;
--> statement-breakpoint
CREATE TRIGGER `fence_sessions_delete` BEFORE DELETE ON `sessions` WHEN EXISTS (SELECT 1 FROM `fences` WHERE `family_id` = OLD.`family_id` AND `state` IN ('clearing', 'incoming', 'frozen', 'moved')) BEGIN SELECT RAISE(ABORT, 'family_moving'); END;
--> statement-breakpoint
CREATE TRIGGER `fence_threads_insert` BEFORE INSERT ON `threads` WHEN EXISTS (SELECT 1 FROM `fences` WHERE `family_id` = NEW.`family_id` AND `state` IN ('clearing', 'incoming', 'frozen', 'moved')) BEGIN SELECT RAISE(ABORT, 'family_moving'); END;
--> statement-breakpoint
CREATE TRIGGER `fence_threads_update` BEFORE UPDATE ON `threads` WHEN EXISTS (SELECT 1 FROM `fences` WHERE `family_id` = OLD.`family_id` AND `state` IN ('clearing', 'incoming', 'frozen', 'moved')) BEGIN SELECT RAISE(ABORT, 'family_moving'); END;
--> statement-breakpoint
CREATE TRIGGER `fence_threads_delete` BEFORE DELETE ON `threads` WHEN EXISTS (SELECT 1 FROM `fences` WHERE `family_id` = OLD.`family_id` AND `state` IN ('clearing', 'incoming', 'frozen', 'moved')) BEGIN SELECT RAISE(ABORT, 'family_moving'); END;
--> statement-breakpoint
CREATE TRIGGER `fence_thread_members_insert` BEFORE INSERT ON `thread_members` WHEN EXISTS (SELECT 1 FROM `fences` WHERE `family_id` = NEW.`family_id` AND `state` IN ('clearing', 'incoming', 'frozen', 'moved')) BEGIN SELECT RAISE(ABORT, 'family_moving'); END;
--> statement-breakpoint
CREATE TRIGGER `fence_thread_members_update` BEFORE UPDATE ON `thread_members` WHEN EXISTS (SELECT 1 FROM `fences` WHERE `family_id` = OLD.`family_id` AND `state` IN ('clearing', 'incoming', 'frozen', 'moved')) BEGIN SELECT RAISE(ABORT, 'family_moving'); END;
--> statement-breakpoint
CREATE TRIGGER `fence_thread_members_delete` BEFORE DELETE ON `thread_members` WHEN EXISTS (SELECT 1 FROM `fences` WHERE `family_id` = OLD.`family_id` AND `state` IN ('clearing', 'incoming', 'frozen', 'moved')) BEGIN SELECT RAISE(ABORT, 'family_moving'); END;
--> statement-breakpoint
CREATE TRIGGER `fence_messages_insert` BEFORE INSERT ON `messages` WHEN EXISTS (SELECT 1 FROM `fences` WHERE `family_id` = NEW.`family_id` AND `state` IN ('clearing', 'incoming', 'frozen', 'moved')) BEGIN SELECT RAISE(ABORT, 'family_moving'); END;
--> statement-breakpoint
CREATE TRIGGER `fence_messages_update` BEFORE UPDATE ON `messages` WHEN EXISTS (SELECT 1 FROM `fences` WHERE `family_id` = OLD.`family_id` AND `state` IN ('clearing', 'incoming', 'frozen', 'moved')) BEGIN SELECT RAISE(ABORT, 'family_moving'); END;
--> statement-breakpoint
CREATE TRIGGER `fence_messages_delete` BEFORE DELETE ON `messages` WHEN EXISTS (SELECT 1 FROM `fences` WHERE `family_id` = OLD.`family_id` AND `state` IN ('clearing', 'incoming', 'frozen', 'moved')) BEGIN SELECT RAISE(ABORT, 'family_moving'); END;
--> statement-breakpoint
CREATE TRIGGER `fence_sms_delivery_log_insert` BEFORE INSERT ON `sms_delivery_log` WHEN EXISTS (SELECT 1 FROM `fences` WHERE `family_id` = NEW.`family_id` AND `state` IN ('clearing', 'incoming', 'frozen', 'moved')) BEGIN SELECT RAISE(ABORT, 'family_moving'); END;
--> statement-breakpoint
CREATE TRIGGER `fence_sms_delivery_log_update` BEFORE UPDATE ON `sms_delivery_log` WHEN EXISTS (SELECT 1 FROM `fences` WHERE `family_id` = OLD.`family_id` AND `state` IN ('clearing', 'incoming', 'frozen', 'moved')) BEGIN SELECT RAISE(ABORT, 'family_moving'); END;
--> statement-breakpoint
CREATE TRIGGER `fence_sms_delivery_log_delete` BEFORE DELETE ON `sms_delivery_log` WHEN EXISTS (SELECT 1 FROM `fences` WHERE `family_id` = OLD.`family_id` AND `state` IN ('clearing', 'incoming', 'frozen', 'moved')) BEGIN SELECT RAISE(ABORT, 'family_moving'); END;
--> statement-breakpoint
CREATE TRIGGER `fence_links_insert` BEFORE INSERT ON `links` WHEN EXISTS (SELECT 1 FROM `fences` WHERE `family_id` = NEW.`family_id` AND `state` IN ('clearing', 'incoming', 'frozen', 'moved')) BEGIN SELECT RAISE(ABORT, 'family_moving'); END;
--> statement-breakpoint
CREATE TRIGGER `fence_links_update` BEFORE UPDATE ON `links` WHEN EXISTS (SELECT 1 FROM `fences` WHERE `family_id` = OLD.`family_id` AND `state` IN ('clearing', 'incoming', 'frozen', 'moved')) BEGIN SELECT RAISE(ABORT, 'family_moving'); END;
--> statement-breakpoint
CREATE TRIGGER `fence_links_delete` BEFORE DELETE ON `links` WHEN EXISTS (SELECT 1 FROM `fences` WHERE `family_id` = OLD.`family_id` AND `state` IN ('clearing', 'incoming', 'frozen', 'moved')) BEGIN SELECT RAISE(ABORT, 'family_moving'); END;
--> statement-breakpoint
CREATE TRIGGER `fence_held_replies_insert` BEFORE INSERT ON `held_replies` WHEN EXISTS (SELECT 1 FROM `fences` WHERE `family_id` = NEW.`family_id` AND `state` IN ('clearing', 'incoming', 'frozen', 'moved')) BEGIN SELECT RAISE(ABORT, 'family_moving'); END;
--> statement-breakpoint
CREATE TRIGGER `fence_held_replies_update` BEFORE UPDATE ON `held_replies` WHEN EXISTS (SELECT 1 FROM `fences` WHERE `family_id` = OLD.`family_id` AND `state` IN ('clearing', 'incoming', 'frozen', 'moved')) BEGIN SELECT RAISE(ABORT, 'family_moving'); END;
--> statement-breakpoint
CREATE TRIGGER `fence_held_replies_delete` BEFORE DELETE ON `held_replies` WHEN EXISTS (SELECT 1 FROM `fences` WHERE `family_id` = OLD.`family_id` AND `state` IN ('clearing', 'incoming', 'frozen', 'moved')) BEGIN SELECT RAISE(ABORT, 'family_moving'); END;
--> statement-breakpoint
CREATE TRIGGER `fence_sms_delivery_log_claim` BEFORE UPDATE OF `status` ON `sms_delivery_log` WHEN NEW.`status` = 'sending' AND OLD.`status` <> 'sending' AND EXISTS (SELECT 1 FROM `fences` WHERE `family_id` = OLD.`family_id` AND `state` = 'draining') BEGIN SELECT RAISE(ABORT, 'family_moving'); END;
