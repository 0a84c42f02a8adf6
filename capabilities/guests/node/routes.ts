/**
 * Routes by which the node's share page gets files from the node itself. A page without https has
 * neither storage nor a service worker, so it could neither save large files nor play any. The
 * password protects the console; a share's link is enough for its files.
 */

import { Failure } from '@shoal/daemon/failure'
import { badRequest, checkInput, markAuthenticated, takeJson } from '@shoal/daemon/http'
import type { ReadableFile } from '@shoal/node/node/kernel/contract.ts'
import {
  type Disposition,
  fileDisposition,
  savedDisposition,
} from '@shoal/node/node/server/routes/disposition.ts'
import { sendFile } from '@shoal/node/node/server/routes/files.ts'
import { writeMetainfo } from '@shoal/torrent'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { GuestFiles } from './guest-files.ts'
import { Tickets } from './tickets.ts'

const PATH = '/share/files'
/** Part of the page's configuration: its host serves guests at this path, relative to the page. */
export const FILES_HEADER = 'shoal-files'
const MAX_FILES_TEXT = 8000
const MAX_ARCHIVED = 250_000

const Asked = z.object({ infoHash: z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i) })

/** Browsers' PDF viewers do not run in a sandbox. They are shown in a frame of the page. */
const PDF_HEADERS = {
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'",
  'x-frame-options': 'SAMEORIGIN',
}

interface Address {
  readonly Params: { readonly ticket: string; readonly what: string }
  readonly Querystring: { readonly save?: string; readonly files?: string }
}

export function addGuestRoutes(app: FastifyInstance, guests: GuestFiles): void {
  const tickets = new Tickets()
  takeJson(app)
  app.post(PATH, { bodyLimit: 1024 }, async request => {
    const { infoHash } = checkInput(Asked, request.body ?? {})
    const id = infoHash.toLowerCase()
    const state = guests.state(id, hostOf(request))
    return state === 'here' ? { state, ticket: tickets.make(id) } : { state }
  })
  app.route<Address>({
    method: ['GET', 'HEAD'],
    url: `${PATH}/:ticket/:what`,
    handler: async (request, reply) => {
      const { ticket, what } = request.params
      const host = hostOf(request)
      const torrent = guests.torrent(tickets.idOf(ticket) ?? '', host)
      // Guests have separate limits.
      markAuthenticated(request.raw)
      if (what === 'torrent') {
        const { api } = torrent
        reply.type('application/x-bittorrent')
        return Buffer.from(writeMetainfo({ ...api.metainfo!, trackers: [], webSeeds: [] }))
      }
      if (what === 'archive') {
        const file = guests.archive(torrent, chosenFiles(request.query.files), host)
        return sendFile(file, request, reply, { disposed: savedDisposition(file.name) })
      }
      if (!/^\d{1,7}$/.test(what))
        throw new Failure('not-found', 'nothing is at this path', { field: 'path' })
      const file = guests.file(torrent, Number(what), host)
      return sendOne(file, request.query.save !== undefined, request, reply)
    },
  })
}

function sendOne(file: ReadableFile, saves: boolean, request: FastifyRequest, reply: FastifyReply) {
  if (saves) return sendFile(file, request, reply, { disposed: savedDisposition(file.name) })
  if (file.mediaType !== 'application/pdf') return sendFile(file, request, reply)
  return sendFile(file, request, reply, { headers: PDF_HEADERS, disposed: shownPdf(file.name) })
}

function shownPdf(name: string): Disposition {
  const { contentType, disposition } = fileDisposition(name, 'application/pdf')
  return { contentType, disposition: disposition.replace(/^attachment/, 'inline') }
}

/** Parses indexes such as `0-3,7`; null for all. Throws `bad-request`. */
export function chosenFiles(text: string | undefined): number[] | null {
  if (text === undefined) return null
  if (text.length > MAX_FILES_TEXT || !/^\d{1,7}(?:-\d{1,7})?(?:,\d{1,7}(?:-\d{1,7})?)*$/.test(text))
    throw badRequest('files', 'give indices such as 0-3,7')
  const chosen = new Set<number>()
  for (const range of text.split(',')) {
    const [first, last = first] = range.split('-').map(Number) as [number, number?]
    for (let index = first; index <= last; index++) {
      chosen.add(index)
      if (chosen.size > MAX_ARCHIVED) throw badRequest('files', 'these are too many')
    }
  }
  return [...chosen]
}

function hostOf({ ip }: FastifyRequest): string {
  return ip.replace(/^::ffff:(?=\d+\.)/i, '')
}
