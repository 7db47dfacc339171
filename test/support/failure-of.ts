/** What something fails with; null when it does not. For work of which both are right, so that the failure can be looked at. */
export async function failureOf(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
    return null;
  } catch (error) {
    return error;
  }
}
