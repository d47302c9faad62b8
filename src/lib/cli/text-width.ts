import fastStringWidth from 'fast-string-width';

/** Columns of a terminal that a text takes: two for wide characters, none for those that combine. */
export const textWidth = (text: string): number => (PLAIN.test(text) ? text.length : fastStringWidth(text));

const PLAIN = /^[\x20-\x7e]*$/;
