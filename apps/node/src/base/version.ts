import manifest from '../../package.json' with { type: 'json' }

export const VERSION: string = manifest.version

/** As it stands in torrents and as peers see it. */
export const PRODUCT = `Shoal ${VERSION}`
