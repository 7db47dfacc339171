CREATE TABLE `alerts` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`hour_at` integer NOT NULL,
	`message` text NOT NULL,
	`count` integer NOT NULL,
	`first_at` integer NOT NULL,
	`last_at` integer NOT NULL,
	`acknowledged_at` integer,
	`acknowledged_by` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `alerts_kind_hour` ON `alerts` (`kind`,`hour_at`);--> statement-breakpoint
CREATE INDEX `alerts_recent` ON `alerts` (`last_at`);--> statement-breakpoint
CREATE TABLE `audit_log` (
	`id` text PRIMARY KEY NOT NULL,
	`at` integer NOT NULL,
	`actor` text NOT NULL,
	`act` text NOT NULL,
	`subject` text
);
--> statement-breakpoint
CREATE INDEX `audit_log_recent` ON `audit_log` (`at`);--> statement-breakpoint
CREATE TABLE `carrier_tries` (
	`minute_at` integer NOT NULL,
	`step` text NOT NULL,
	`code` text NOT NULL,
	`count` integer NOT NULL,
	PRIMARY KEY(`minute_at`, `step`, `code`)
);
--> statement-breakpoint
CREATE TABLE `consent_events` (
	`id` text PRIMARY KEY NOT NULL,
	`family_id` text NOT NULL,
	`user_id` text NOT NULL,
	`number_hash` text,
	`action` text NOT NULL,
	`source` text NOT NULL,
	`version` text,
	`origin` text,
	`client_address` text,
	`user_agent` text,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `consent_events_user` ON `consent_events` (`user_id`,`at`);--> statement-breakpoint
CREATE INDEX `consent_events_family` ON `consent_events` (`family_id`);--> statement-breakpoint
CREATE TABLE `dead_letters` (
	`delivery_id` text PRIMARY KEY NOT NULL,
	`family_id` text NOT NULL,
	`count` integer NOT NULL,
	`first_at` integer NOT NULL,
	`last_at` integer NOT NULL,
	`resolved_at` integer
);
--> statement-breakpoint
CREATE INDEX `dead_letters_open` ON `dead_letters` (`resolved_at`,`last_at`);--> statement-breakpoint
CREATE TABLE `delivery_counts` (
	`hour_at` integer NOT NULL,
	`kind` text NOT NULL,
	`status` text NOT NULL,
	`reason` text NOT NULL,
	`error` text NOT NULL,
	`count` integer NOT NULL,
	`segments` integer NOT NULL,
	`first_at` integer NOT NULL,
	`last_at` integer NOT NULL,
	PRIMARY KEY(`hour_at`, `kind`, `status`, `reason`, `error`)
);
--> statement-breakpoint
CREATE TABLE `event_backlog` (
	`family_id` text PRIMARY KEY NOT NULL,
	`from_seq` integer NOT NULL,
	`attempts` integer NOT NULL,
	`next_at` integer NOT NULL,
	`not_before` integer DEFAULT 0 NOT NULL,
	`error` text
);
--> statement-breakpoint
CREATE INDEX `event_backlog_next` ON `event_backlog` (`next_at`);--> statement-breakpoint
CREATE TABLE `event_barriers` (
	`move_id` text PRIMARY KEY NOT NULL,
	`family_id` text NOT NULL,
	`from_seq` integer NOT NULL,
	`behind_store` text NOT NULL,
	`behind_seq` integer NOT NULL,
	`passed_at` integer,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `event_barriers_family` ON `event_barriers` (`family_id`,`from_seq`);--> statement-breakpoint
CREATE INDEX `event_barriers_at` ON `event_barriers` (`at`);--> statement-breakpoint
CREATE TABLE `event_cursors` (
	`id` integer PRIMARY KEY NOT NULL,
	`seq` integer NOT NULL,
	`lease` text,
	`lease_until` integer DEFAULT 0 NOT NULL,
	`last_success_at` integer,
	`last_failure_at` integer,
	`last_error` text,
	`failures` integer DEFAULT 0 NOT NULL,
	`gone_receiver` text
);
--> statement-breakpoint
CREATE TABLE `events` (
	`seq` integer PRIMARY KEY NOT NULL,
	`nonce` text NOT NULL,
	`family_id` text NOT NULL,
	`type` text NOT NULL,
	`subject` text NOT NULL,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `events_family` ON `events` (`family_id`);--> statement-breakpoint
CREATE TABLE `families` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`time_zone` text,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `family_updates` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`family_id` text NOT NULL,
	`user_id` text NOT NULL,
	`change` text NOT NULL,
	`created_at` integer NOT NULL,
	`claimed_at` integer,
	`applied_at` integer,
	`tried_at` integer,
	`rank` integer GENERATED ALWAYS AS (case when change ->> '$.action' = 'opt_out' or change ->> '$.kind' in ('number_lost', 'deleted', 'unusable') then 0 else 1 end) VIRTUAL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `family_updates_id_unique` ON `family_updates` (`id`);--> statement-breakpoint
CREATE INDEX `family_updates_user` ON `family_updates` (`user_id`,`seq`);--> statement-breakpoint
CREATE INDEX `family_updates_family` ON `family_updates` (`family_id`) WHERE applied_at is null;--> statement-breakpoint
CREATE INDEX `family_updates_owed` ON `family_updates` (`rank`,`tried_at`) WHERE applied_at is null;--> statement-breakpoint
CREATE INDEX `family_updates_following` ON `family_updates` (`tried_at`) WHERE applied_at is not null;--> statement-breakpoint
CREATE TABLE `fences` (
	`family_id` text PRIMARY KEY NOT NULL,
	`move_id` text DEFAULT '' NOT NULL,
	`state` text NOT NULL,
	`since` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `fences_state` ON `fences` (`state`,`since`);--> statement-breakpoint
CREATE TABLE `heartbeats` (
	`name` text PRIMARY KEY NOT NULL,
	`at` integer NOT NULL,
	`took_ms` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `held_replies` (
	`message_sid` text PRIMARY KEY NOT NULL,
	`family_id` text NOT NULL,
	`user_id` text NOT NULL,
	`body` text NOT NULL,
	`choices` text NOT NULL,
	`chosen_by` text,
	`thread_id` text,
	`received_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `held_replies_user` ON `held_replies` (`user_id`,`received_at`);--> statement-breakpoint
CREATE INDEX `held_replies_age` ON `held_replies` (`received_at`);--> statement-breakpoint
CREATE TABLE `homes` (
	`family_id` text PRIMARY KEY NOT NULL,
	`store` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `host_presence` (
	`family_id` text PRIMARY KEY NOT NULL,
	`until` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `host_presence_until` ON `host_presence` (`until`);--> statement-breakpoint
CREATE TABLE `inbound_texts` (
	`message_sid` text PRIMARY KEY NOT NULL,
	`number_hash` text NOT NULL,
	`keyword` text NOT NULL,
	`received_at` integer NOT NULL,
	`done_at` integer,
	`reply` text
);
--> statement-breakpoint
CREATE INDEX `inbound_texts_number` ON `inbound_texts` (`number_hash`,`received_at`);--> statement-breakpoint
CREATE INDEX `inbound_texts_age` ON `inbound_texts` (`keyword`,`received_at`);--> statement-breakpoint
CREATE TABLE `link_opens` (
	`day` text NOT NULL,
	`device` text NOT NULL,
	`outcome` text NOT NULL,
	`count` integer NOT NULL,
	PRIMARY KEY(`day`, `device`, `outcome`)
);
--> statement-breakpoint
CREATE TABLE `links` (
	`code_hash` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`family_id` text NOT NULL,
	`user_id` text NOT NULL,
	`thread_id` text,
	`delivery_id` text,
	`login_until` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`consumed_at` integer,
	`session_id` text,
	`consumed_by` text,
	`opened_at` integer,
	`handed_over_at` integer,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `links_user` ON `links` (`user_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `links_expiry` ON `links` (`expires_at`);--> statement-breakpoint
CREATE TABLE `messages` (
	`id` text PRIMARY KEY NOT NULL,
	`family_id` text NOT NULL,
	`thread_id` text NOT NULL,
	`seq` integer NOT NULL,
	`author_id` text NOT NULL,
	`body` text NOT NULL,
	`file_ids` text DEFAULT '[]' NOT NULL,
	`urgent` integer DEFAULT false NOT NULL,
	`via` text DEFAULT 'app' NOT NULL,
	`client_key` text,
	`client_digest` text,
	`created_at` integer NOT NULL,
	`edited_at` integer,
	`deleted_at` integer,
	FOREIGN KEY (`thread_id`) REFERENCES `threads`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`author_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `messages_thread_seq` ON `messages` (`thread_id`,`seq`);--> statement-breakpoint
CREATE UNIQUE INDEX `messages_client_key` ON `messages` (`author_id`,`client_key`);--> statement-breakpoint
CREATE INDEX `messages_urgent` ON `messages` (`author_id`,`urgent`,`created_at`);--> statement-breakpoint
CREATE INDEX `messages_family` ON `messages` (`family_id`,`created_at`,`id`);--> statement-breakpoint
CREATE TABLE `moves` (
	`id` text PRIMARY KEY NOT NULL,
	`family_id` text NOT NULL,
	`source` text NOT NULL,
	`target` text NOT NULL,
	`state` text NOT NULL,
	`started_at` integer NOT NULL,
	`stepped_at` integer NOT NULL,
	`wake_at` integer,
	`problem` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `moves_open` ON `moves` (`family_id`) WHERE wake_at is not null;--> statement-breakpoint
CREATE INDEX `moves_wake` ON `moves` (`wake_at`) WHERE wake_at is not null;--> statement-breakpoint
CREATE INDEX `moves_started` ON `moves` (`started_at`);--> statement-breakpoint
CREATE TABLE `notification_preferences` (
	`user_id` text PRIMARY KEY NOT NULL,
	`family_id` text NOT NULL,
	`sms_enabled` integer DEFAULT false NOT NULL,
	`urgent_allowed` integer DEFAULT true NOT NULL,
	`quiet_start` integer,
	`quiet_end` integer,
	`quiet_delivery` text DEFAULT 'defer' NOT NULL,
	`preview` text DEFAULT 'full' NOT NULL,
	`consent_at` integer,
	`consent_version` text,
	`opted_out_at` integer,
	`carrier_opted_out_at` integer,
	`revision` integer DEFAULT 1 NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `pauses` (
	`scope` text PRIMARY KEY NOT NULL,
	`until` integer,
	`reason` text NOT NULL,
	`since` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `people` (
	`id` text PRIMARY KEY NOT NULL,
	`family_id` text NOT NULL,
	`claimed_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `people_family` ON `people` (`family_id`);--> statement-breakpoint
CREATE TABLE `phone_numbers` (
	`number_hash` text PRIMARY KEY NOT NULL,
	`number` text,
	`user_id` text,
	`family_id` text,
	`verified_at` integer,
	`opted_out_at` integer,
	`carrier_opted_out_at` integer,
	`unusable_at` integer,
	`strikes` integer DEFAULT 0 NOT NULL,
	`confirmed_at` integer,
	`vouched_until` integer,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `phone_numbers_number` ON `phone_numbers` (`number`);--> statement-breakpoint
CREATE INDEX `phone_numbers_holder` ON `phone_numbers` (`user_id`);--> statement-breakpoint
CREATE TABLE `rate_counters` (
	`key` text NOT NULL,
	`window_at` integer NOT NULL,
	`count` integer NOT NULL,
	`expires_at` integer NOT NULL,
	PRIMARY KEY(`key`, `window_at`)
);
--> statement-breakpoint
CREATE INDEX `rate_counters_expiry` ON `rate_counters` (`expires_at`);--> statement-breakpoint
CREATE TABLE `retention_rounds` (
	`name` text PRIMARY KEY NOT NULL,
	`position` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `sending_times` (
	`hour_at` integer NOT NULL,
	`at_most` integer NOT NULL,
	`count` integer NOT NULL,
	PRIMARY KEY(`hour_at`, `at_most`)
);
--> statement-breakpoint
CREATE TABLE `service_keys` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`key_hash` text NOT NULL,
	`scopes` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer,
	`last_used_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `service_keys_key_hash_unique` ON `service_keys` (`key_hash`);--> statement-breakpoint
CREATE TABLE `sessions` (
	`id` text PRIMARY KEY NOT NULL,
	`family_id` text NOT NULL,
	`user_id` text NOT NULL,
	`kind` text NOT NULL,
	`user_agent` text,
	`created_at` integer NOT NULL,
	`last_used_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`revoked_at` integer,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `sessions_user` ON `sessions` (`user_id`,`last_used_at`);--> statement-breakpoint
CREATE INDEX `sessions_expiry` ON `sessions` (`expires_at`);--> statement-breakpoint
CREATE TABLE `slot_moves` (
	`id` text PRIMARY KEY NOT NULL,
	`first` integer NOT NULL,
	`last` integer NOT NULL,
	`source` text NOT NULL,
	`target` text NOT NULL,
	`state` text NOT NULL,
	`families_left` integer NOT NULL,
	`started_at` integer NOT NULL,
	`stepped_at` integer NOT NULL,
	`wake_at` integer,
	`problem` text
);
--> statement-breakpoint
CREATE INDEX `slot_moves_wake` ON `slot_moves` (`wake_at`) WHERE wake_at is not null;--> statement-breakpoint
CREATE TABLE `slots` (
	`first` integer PRIMARY KEY NOT NULL,
	`last` integer NOT NULL,
	`store` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `sms_delivery_log` (
	`id` text PRIMARY KEY NOT NULL,
	`family_id` text NOT NULL,
	`kind` text NOT NULL,
	`user_id` text NOT NULL,
	`thread_id` text,
	`message_id` text,
	`seq` integer,
	`urgent` integer DEFAULT false NOT NULL,
	`status` text NOT NULL,
	`reason` text,
	`reason_detail` text,
	`error` text,
	`due_at` integer,
	`wake_at` integer,
	`ready_at` integer,
	`attempts` integer DEFAULT 0 NOT NULL,
	`revision` integer DEFAULT 0 NOT NULL,
	`claim` text,
	`claimed_at` integer,
	`doubt_since` integer,
	`absences` integer DEFAULT 0 NOT NULL,
	`phone` text,
	`covers_seq` integer,
	`provider_sid` text,
	`ended_sids` text,
	`segments` integer,
	`channel` text,
	`sender` text,
	`merged_into` text,
	`created_at` integer NOT NULL,
	`sent_at` integer,
	`delivered_at` integer,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`message_id`) REFERENCES `messages`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `deliveries_message_user` ON `sms_delivery_log` (`message_id`,`user_id`);--> statement-breakpoint
CREATE INDEX `deliveries_user` ON `sms_delivery_log` (`user_id`,`id`);--> statement-breakpoint
CREATE INDEX `deliveries_family` ON `sms_delivery_log` (`family_id`,`id`);--> statement-breakpoint
CREATE INDEX `deliveries_wake` ON `sms_delivery_log` (`wake_at`) WHERE wake_at is not null;--> statement-breakpoint
CREATE INDEX `deliveries_waiting` ON `sms_delivery_log` (`user_id`,`thread_id`,`status`,`seq`);--> statement-breakpoint
CREATE INDEX `deliveries_numbered` ON `sms_delivery_log` (`created_at`) WHERE phone is not null;--> statement-breakpoint
CREATE INDEX `deliveries_in_sight` ON `sms_delivery_log` (`status`,`id`) WHERE status in ('pending', 'deferred', 'sending', 'failed', 'undelivered');--> statement-breakpoint
CREATE TABLE `thread_ids` (
	`id` text PRIMARY KEY NOT NULL,
	`family_id` text NOT NULL,
	`claimed_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `thread_ids_family` ON `thread_ids` (`family_id`);--> statement-breakpoint
CREATE TABLE `thread_members` (
	`thread_id` text NOT NULL,
	`user_id` text NOT NULL,
	`family_id` text NOT NULL,
	`last_read_seq` integer DEFAULT 0 NOT NULL,
	`muted_until` integer,
	`joined_at` integer NOT NULL,
	PRIMARY KEY(`thread_id`, `user_id`),
	FOREIGN KEY (`thread_id`) REFERENCES `threads`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `thread_members_user` ON `thread_members` (`user_id`,`thread_id`);--> statement-breakpoint
CREATE TABLE `threads` (
	`id` text PRIMARY KEY NOT NULL,
	`family_id` text NOT NULL,
	`title` text NOT NULL,
	`last_seq` integer DEFAULT 0 NOT NULL,
	`last_activity_at` integer NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`family_id`) REFERENCES `families`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `threads_family` ON `threads` (`family_id`,`last_activity_at`);--> statement-breakpoint
CREATE TABLE `users` (
	`id` text PRIMARY KEY NOT NULL,
	`family_id` text NOT NULL,
	`name` text NOT NULL,
	`phone` text,
	`phone_verified_at` integer,
	`phone_unusable_at` integer,
	`time_zone` text,
	`last_seen_at` integer,
	`posts_minute_at` integer DEFAULT 0 NOT NULL,
	`posts_minute` integer DEFAULT 0 NOT NULL,
	`posts_day_at` integer DEFAULT 0 NOT NULL,
	`posts_day` integer DEFAULT 0 NOT NULL,
	`threads_day_at` integer DEFAULT 0 NOT NULL,
	`threads_day` integer DEFAULT 0 NOT NULL,
	`changes_day_at` integer DEFAULT 0 NOT NULL,
	`changes_day` integer DEFAULT 0 NOT NULL,
	`applied_update` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL,
	`deleted_at` integer,
	FOREIGN KEY (`family_id`) REFERENCES `families`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `users_phone` ON `users` (`phone`);--> statement-breakpoint
CREATE INDEX `users_family` ON `users` (`family_id`,`id`);--> statement-breakpoint
CREATE INDEX `users_name` ON `users` (name collate nocase) WHERE deleted_at is null;--> statement-breakpoint
CREATE TABLE `verification_codes` (
	`subject` text PRIMARY KEY NOT NULL,
	`purpose` text NOT NULL,
	`user_id` text,
	`sealed_number` text NOT NULL,
	`number_hash` text NOT NULL,
	`code_hash` text NOT NULL,
	`attempts_left` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`created_at` integer NOT NULL,
	`used_at` integer,
	`used_for` text
);
--> statement-breakpoint
CREATE INDEX `verification_codes_expiry` ON `verification_codes` (`expires_at`);--> statement-breakpoint
CREATE INDEX `verification_codes_user` ON `verification_codes` (`user_id`);--> statement-breakpoint
CREATE INDEX `verification_codes_number` ON `verification_codes` (`number_hash`);--> statement-breakpoint
CREATE TABLE `words_left` (
	`sid` text PRIMARY KEY NOT NULL,
	`attempts` integer NOT NULL,
	`next_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `words_left_next` ON `words_left` (`next_at`);