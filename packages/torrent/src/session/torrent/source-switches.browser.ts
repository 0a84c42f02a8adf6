/** Pages have hardly more than one kind of source, so that none can be switched off. */
export function switchSources(..._: unknown[]): void {}
