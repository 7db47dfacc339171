/** The first character of a code names the database that holds the link's row; there is one today. */
export const SHARD = '1';
/** 16 base58 digits are 94 bits: not to be guessed. */
export const DIGITS = 16;

const SHAPE = new RegExp(`^[1-9A-HJ-NP-Za-km-z]{${SHARD.length + DIGITS}}$`);

/** Whether the text has the shape of a code; says nothing about whether such a link exists. */
export const isLinkCode = (text: string): boolean => SHAPE.test(text);
