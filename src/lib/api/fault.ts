/** Something that ECS, or Docker after it, would refuse. */
export interface Fault {
  /** In ECS's words where they are known; a sentence. */
  text: string;
  /** What helps, where the text doesn't say; a sentence. */
  remedy?: string | undefined;
  /** Where, from the top of what is looked at: `containerDefinitions[0].image`. */
  at?: string;
}

/** A fault for people: ECS's words first, then what helps, and the path in brackets where there is one. */
export const tellFault = ({ text, remedy, at }: Fault): string =>
  [text, remedy, at && `(${at})`].filter(Boolean).join(' ');

/** `[fault]` where `bad`, else nothing. */
export const faultIf = (bad: boolean, fault: Fault): Fault[] => (bad ? [fault] : []);
