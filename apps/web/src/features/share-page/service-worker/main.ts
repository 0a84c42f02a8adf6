/**
 * The service worker of the page: caches its files, and serves files of torrents from the page that
 * runs the engine.
 */

import { scope } from '../../../shared/service-worker/worker-scope.ts'
import { answerFile } from './files.ts'
import { FILES } from './messages.ts'
import { dropOldShells, keepShell, shellFile } from './shell.ts'

scope.addEventListener('install', event => {
  event.waitUntil(keepShell())
  void scope.skipWaiting()
})

scope.addEventListener('activate', event => {
  event.waitUntil(dropOldShells().then(() => scope.clients.claim()))
})

scope.addEventListener('fetch', event => {
  const { request } = event
  const folder = scope.registration.scope
  if (request.method !== 'GET' || !request.url.startsWith(folder)) return
  const path = new URL(request.url).pathname.slice(new URL(folder).pathname.length)
  if (path.startsWith(FILES)) event.respondWith(answerFile(path.slice(FILES.length), request))
  else event.respondWith(shellFile(path, request))
})

// Messages of a page keep the worker running while a file is read.
scope.addEventListener('message', () => {})
