/** Browsers verify signatures asynchronously only. */
export const nativeVerify = (): boolean => false
