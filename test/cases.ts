/** `LONGSHORE_TEST_CASES=4`, as `npm test` has it: properties that take long are tried on four times as many cases. */
const MORE = Number(process.env.LONGSHORE_TEST_CASES ?? 1);

/** How many cases fast-check makes: `count` in a run of unit tests alone. */
export const cases = (count: number): { numRuns: number } => ({ numRuns: Math.ceil(count * MORE) });
