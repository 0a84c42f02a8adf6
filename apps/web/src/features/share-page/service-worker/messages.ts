/**
 * Messages between the service worker and the pages about files. The address of a file reveals nothing about it: `./~/<page>.<number>`, and
 * the page that made it answers for it: over a port for each request, of which it gives as much as it is asked for.
 */

/** Where the addresses of files begin, below the folder of the page. */
export const FILES = '~/'

/** To all pages, with a port: whoever knows the token answers with a `FileHead`. */
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
  /** To be saved, not shown. */
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

/** From a page while a file is read, since a worker that hears nothing is ended. */
export interface StayAwake {
  readonly kind: 'stay-awake'
}
