/**
 * Messages between the service worker and the pages about files. The address of a file is
 * `./~/<page>.<number>` and reveals nothing about it. The page that created it answers through a
 * port for each request, and sends as many chunks as are requested.
 */

/** The prefix of the addresses of files, below the folder of the page. */
export const FILES = '~/'

/** To all pages, with a port: the page that knows the token answers with a `FileHead`. */
export interface OpenFile {
  readonly kind: 'open-file'
  readonly token: string
}

/** The description of a file that a page sends. */
export interface FileHead {
  readonly kind: 'head'
  readonly lengthBytes: number
  readonly mediaType: string
  readonly name: string
  /** Whether the file is to be saved instead of shown. */
  readonly download: boolean
}

/** To the page that answered. */
export type FileOrder =
  | { readonly kind: 'range'; readonly start: number; readonly end: number }
  | { readonly kind: 'more' }
  | { readonly kind: 'cancel' }

/** To the service worker: one answer for each `more`. */
export type FileNews =
  | FileHead
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'end' }
  | { readonly kind: 'failed' }
