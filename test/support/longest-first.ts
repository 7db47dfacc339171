import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The projects, in the order in which they run; those of the same `groupOrder` run into each other. */
const PROJECTS = ['node', 'workers', 'stack', 'alone'];

/**
 * Files that take more than fifteen seconds, the longest first. Vitest goes by their size where no run came before, as
 * in a fresh clone, and then a short file with a long test ends when every other core has nothing left to do.
 */
const LONG = [
  'test/faults/people.worker.test.ts',
  'test/faults/texts.worker.test.ts',
  'test/notifications/model/model.worker.test.ts',
  'test/web/portal-line.browser.test.ts',
  'test/web/portal-access.browser.test.ts',
  'test/links/landing.browser.test.ts',
  'test/stack/start.e2e.test.ts',
  'test/stack/chaos.e2e.test.ts',
  'test/stack/main-job.e2e.test.ts',
  'test/stack/killed.e2e.test.ts',
];

const rank = ({ moduleId }: TestSpecification) => {
  const place = LONG.findIndex((file) => moduleId.endsWith(file));
  return place === -1 ? LONG.length : place;
};

/** Runs project after project, and the files of each from the longest to the shortest, so that all end together. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const bySize = await super.sort(files);
    const group = ({ project }: TestSpecification) => project.config.sequence.groupOrder;
    const turn = ({ project }: TestSpecification) => PROJECTS.indexOf(project.name);
    return bySize.toSorted((a, b) => group(a) - group(b) || turn(a) - turn(b) || rank(a) - rank(b));
  }
}
