import { SEED_SCHEMES } from '#seed-ranges'
import { ShoalError } from '../../base/errors.ts'
import type { FileEntry, Info } from '../../metainfo/metainfo.ts'

/** Longest accepted URL: servers refuse longer ones. */
const MAX_URL_LENGTH = 8192

/** The base URL of a web seed (BEP 19), and the URLs of files below it. */
export class SeedUrl {
  /**
   * For display, logs and the smart ban: without user name, password and query, which may be
   * secret.
   */
  readonly label: string
  /** Host name or IP address, without brackets. */
  readonly hostname: string
  readonly isEncrypted: boolean
  readonly #base: URL
  readonly #singleFile: boolean

  /**
   * Throws a ShoalError: `unsupported` for schemes that the platform does not have (pages have no
   * FTP), `bad-argument` for anything but a URL.
   */
  constructor(text: string, info: Pick<Info, 'singleFile'>) {
    const url = text.length <= MAX_URL_LENGTH && URL.canParse(text) ? new URL(text) : null
    if (!url) throw new ShoalError('bad-argument', 'a web seed is not a valid URL and is ignored')
    this.label = publicLabel(url)
    if (!SEED_SCHEMES.includes(url.protocol))
      throw new ShoalError(
        'unsupported',
        `web seed ${this.label}: this scheme is not supported, so it is ignored`,
      )
    url.hash = ''
    this.isEncrypted = url.protocol === 'https:'
    this.hostname = url.hostname.replace(/^\[|\]$/g, '')
    this.#base = url
    this.#singleFile = info.singleFile
  }

  /**
   * The URL of a file, by the torrent's own names. BEP 19: the URL of a single-file torrent is that
   * of the file, unless it ends in a slash; that of a multi-file torrent is the folder that
   * contains the torrent's folder.
   */
  fileUrl(file: Pick<FileEntry, 'path'>): string {
    const url = new URL(this.#base)
    if (this.#singleFile && !url.pathname.endsWith('/')) return url.href
    const folder = url.pathname.endsWith('/') ? url.pathname : `${url.pathname}/`
    url.pathname = folder + file.path.map(part => encodeURIComponent(part.toWellFormed())).join('/')
    return url.href
  }
}

function publicLabel({ protocol, host, pathname, search }: URL): string {
  return `${protocol}//${host}${pathname}${search === '' ? '' : '?…'}`
}
