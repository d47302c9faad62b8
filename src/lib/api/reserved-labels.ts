/** Whether a label's name is one of ECS's own or of Longshore's: a definition may not give it. */
export const isReservedLabel = (name: string): boolean =>
  name.startsWith('com.amazonaws.') || name.startsWith('longshore.');
