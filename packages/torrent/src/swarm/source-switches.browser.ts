/** Pages have hardly more than one kind of source, so that none can be switched off. */
export const isOff = (..._: unknown[]) => false

export const usableSeeds = (urls: readonly string[], _torrent: unknown) => urls

export function switchSources(..._: unknown[]): void {}
