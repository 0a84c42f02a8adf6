/** Splits a text into addresses at white space and commas. */
export const addressesIn = (text: string) => text.split(/[\s,]+/).filter(Boolean)
