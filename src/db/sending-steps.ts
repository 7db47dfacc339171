/** Upper ends of the classes in which the times from message to carrier are counted, ms; the last one takes all that is above. */
export const SENDING_STEPS_MS: readonly number[] = [
  250, 500, 750, 1000, 1500, 2000, 3000, 4000, 6000, 8000, 10_000, 15_000, 20_000, 30_000, 45_000, 60_000,
  90_000, 120_000, 180_000, 300_000, 600_000, 1_200_000, 1_800_000, 3_600_000, 7_200_000, 14_400_000,
  28_800_000, 57_600_000, 86_400_000,
];
