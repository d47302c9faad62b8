/** The published types lack `compile`. */
declare module 'jmespath' {
  const jmespath: {
    /** The expression as a tree. Throws what it likes where it isn't one. */
    compile(expression: string): unknown;
    search(data: unknown, expression: string): unknown;
  };
  export default jmespath;
}
