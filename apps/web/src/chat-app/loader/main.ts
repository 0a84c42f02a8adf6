/**
 * The service worker ("loader") of the app. It answers requests below its folder only with files of
 * the installed release. It installs the first release when it is installed itself, and another one
 * when the user agrees. A newer loader keeps the installed release.
 */
import { answerFile } from '../../features/share-page/service-worker/files.ts'
import { FILES } from '../../features/share-page/service-worker/messages.ts'
import { scope } from '../../shared/service-worker/worker-scope.ts'
import { Installed } from './installed.ts'
import { type LoaderAnswer, type LoaderQuestion, RELOAD } from './messages.ts'
import { RELEASE, ReleaseError } from './release.ts'

const FOLDER = scope.registration.scope
const installed = new Installed(FOLDER)
/** The browser and the loader request these from the server. */
const OF_SERVER = new Set(['sw.js', RELEASE])

scope.addEventListener('install', event => {
  event.waitUntil(
    (async () => {
      if (!(await installed.name())) await installed.install()
    })(),
  )
})

scope.addEventListener('fetch', event => {
  const { request } = event
  const { origin, pathname } = new URL(request.url)
  const folder = new URL(FOLDER)
  if (request.method !== 'GET' || origin !== folder.origin || !pathname.startsWith(folder.pathname)) return
  const path = pathname.slice(folder.pathname.length)
  // Files of shares come from the page that opened them.
  if (path.startsWith(FILES)) event.respondWith(answerFile(path.slice(FILES.length), request))
  else if (!OF_SERVER.has(path)) event.respondWith(answer(path === '' ? 'index.html' : path, request))
})

scope.addEventListener('message', event => {
  const [port] = event.ports
  if (!port) return
  const work = reply(event.data as LoaderQuestion).catch((error: unknown): LoaderAnswer => {
    const { code, message } =
      error instanceof ReleaseError ? error : new ReleaseError('bad-release', String(error))
    return { error: { code, message } }
  })
  event.waitUntil(work.then(found => port.postMessage(found)))
})

scope.addEventListener('notificationclick', event => {
  const { notification } = event
  notification.close()
  const { path = '/' } = (notification.data ?? {}) as { readonly path?: string }
  event.waitUntil(openPath(path))
})

async function openPath(path: string): Promise<void> {
  const [tab] = await scope.clients.matchAll({ type: 'window', includeUncontrolled: false })
  tab?.postMessage({ open: path })
  await (tab ? tab.focus() : scope.clients.openWindow(`${FOLDER}#${path}`))
}

async function answer(path: string, request: Request): Promise<Response> {
  // Without a release, the page of the server installs one.
  if (!(await installed.name())) return fetch(request)
  return (await installed.file(path)) ?? new Response(null, { status: 404 })
}

async function reply(question: LoaderQuestion): Promise<LoaderAnswer> {
  switch (question.ask) {
    case 'installed': {
      const release = await installed.name()
      if (release) await installed.dropOthers()
      return { release }
    }
    case 'offered':
      return { release: await installed.offered() }
    case 'install': {
      if (question.id === undefined && (await installed.name())) return { release: null }
      await installed.install(question.id)
      const tabs = await scope.clients.matchAll({ type: 'window', includeUncontrolled: true })
      for (const tab of tabs) tab.postMessage(RELOAD)
      return { release: await installed.name() }
    }
  }
}
