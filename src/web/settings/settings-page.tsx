import { PageHead } from '../layout.tsx';
import { ConsentsSection, DeleteSection, SessionsSection } from './account-sections.tsx';
import { MutesSection } from './mutes-section.tsx';
import { PhoneSection } from './phone-section.tsx';
import { PreviewSection } from './preview-section.tsx';
import type { SettingsView } from './settings-data.ts';
import { TextsSection } from './texts-section.tsx';
import { ClockSection, QuietSection } from './time-sections.tsx';
import { VouchSection } from './vouch-section.tsx';

/** `/settings`: a column of parts, each a form of its own. */
export function SettingsPage(view: SettingsView) {
  return (
    <main id="main" class="page settings" tabindex={-1} data-state={view.state}>
      <PageHead title="Settings">
        <p>{view.me.name}, this is how your family’s chat reaches you.</p>
      </PageHead>
      <PhoneSection {...view} />
      <TextsSection {...view} />
      <QuietSection {...view} />
      <PreviewSection {...view} />
      <ClockSection {...view} />
      <MutesSection {...view} />
      <SessionsSection {...view} />
      <VouchSection {...view} />
      <ConsentsSection {...view} />
      <DeleteSection {...view} />
    </main>
  );
}
