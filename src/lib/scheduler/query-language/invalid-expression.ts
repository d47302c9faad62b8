/** A cluster query that can't be read. `position` is the character, from 1, at which reading failed. */
export class InvalidExpression extends Error {
  constructor(
    problem: string,
    readonly position: number,
  ) {
    super(`Invalid expression at character ${position}: ${problem}.`);
    this.name = 'InvalidExpression';
  }
}
