import manifest from '../../package.json' with { type: 'json' }

export const VERSION: string = manifest.version

/** The name in torrents and for peers. */
export const PRODUCT = `Shoal ${VERSION}`
