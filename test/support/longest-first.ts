import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The projects, in the order in which they run; those of the same `groupOrder` run into each other. */
const PROJECTS = ['node', 'workers', 'stack', 'alone'];

/**
 * Before all others of their projects: two files of the stack that wait more than they work, after each other, beside two
 * that keep a core each for longer. A process of a project ends when the next file in turn is of another one.
 */
const BESIDE = [
  'test/stack/chaos.e2e.test.ts',
  'test/faults/people.worker.test.ts',
  'test/faults/texts.worker.test.ts',
  'test/stack/start.e2e.test.ts',
];

/**
 * Files that take longer than others, the longest first. Vitest goes by their size where no run came before, as in a
 * fresh clone, and then a short file with a long test ends when every other core has nothing left to do.
 */
const LONG = [
  'test/notifications/model/model.worker.test.ts',
  'test/platform/http/bad-input.worker.test.ts',
  'test/stores/down.worker.test.ts',
  'test/links/links.worker.test.ts',
  'test/flows/windows.worker.test.ts',
  'test/flows/replies.worker.test.ts',
  'test/stores/move.worker.test.ts',
  'test/notifications/failures.worker.test.ts',
  'test/identity/account.worker.test.ts',
  'test/flows/presence.worker.test.ts',
  'test/identity/phone.worker.test.ts',
  'test/notifications/costs.worker.test.ts',
  'test/stores/slots.worker.test.ts',
  'test/web/portal-line.browser.test.ts',
  'test/web/portal-access.browser.test.ts',
  'test/links/landing.browser.test.ts',
  'test/web/portal-settings.browser.test.ts',
  'test/web/portal-magnified.browser.test.ts',
  'test/stack/express-host.e2e.test.ts',
  'test/web/portal.browser.test.ts',
  'test/dev/simulator-page.browser.test.ts',
  'test/stack/killed.e2e.test.ts',
  'test/stack/main-job.e2e.test.ts',
  'test/stack/tour.browser.test.ts',
  'test/family/live.e2e.test.ts',
];

/** The place of a file in a list; behind all of it when it is not there. */
const placeIn = (list: readonly string[], { moduleId }: TestSpecification) => {
  const place = list.findIndex((file) => moduleId.endsWith(file));
  return place === -1 ? list.length : place;
};

/** Runs project after project, and the files of each from the longest to the shortest, so that all end together. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const bySize = await super.sort(files);
    /** By what files are ordered, the weightiest first. */
    const key = (file: TestSpecification): number[] => [
      file.project.config.sequence.groupOrder,
      Number(file.project.name !== 'node'),
      placeIn(BESIDE, file),
      PROJECTS.indexOf(file.project.name),
      placeIn(LONG, file),
    ];
    const keys = new Map(bySize.map((file) => [file, key(file)]));
    return bySize.toSorted((a, b) => {
      const [ofA, ofB] = [keys.get(a)!, keys.get(b)!];
      const differing = ofA.findIndex((part, i) => part !== ofB[i]);
      return differing === -1 ? 0 : ofA[differing]! - ofB[differing]!;
    });
  }
}
