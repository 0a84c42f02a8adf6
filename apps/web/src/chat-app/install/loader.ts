/** The client of the app's service worker ("loader"), for pages. */
import { CodedError } from '@shoal/torrent/errors'
import type { LoaderAnswer, LoaderQuestion } from '../loader/messages.ts'
import { RELOAD } from '../loader/messages.ts'
import type { ReleaseName } from '../loader/release.ts'

export class LoaderFailure extends CodedError {
  override name = 'LoaderFailure'
}

/**
 * `insecure`: no https. `lacking`: service workers, locks or storage are unavailable, as in some
 * private windows. `failed`: the files do not match the release.
 */
export type Obstacle = 'insecure' | 'lacking' | 'failed'

const RELOADED = 'shoal-chat.reloaded'

/**
 * Returns the installed release that this page belongs to. If there is none, installs one first and
 * reloads the page from it: the app never runs unverified files. Rejects with a `LoaderFailure`
 * whose code is an `Obstacle`.
 */
export async function startInstalled(): Promise<ReleaseName> {
  if (!isSecureContext) throw new LoaderFailure('insecure', 'The page is not secure.')
  const { serviceWorker: workers, locks } = navigator
  if (!workers || !locks || typeof indexedDB === 'undefined')
    throw new LoaderFailure('lacking', 'The browser cannot install pages here.')
  const registration = await workers.register('./sw.js').catch(error => {
    throw new LoaderFailure('failed', String(error))
  })
  workers.addEventListener('message', ({ data }) => {
    if (data === RELOAD) location.reload()
    else if (typeof data?.open === 'string') location.hash = `/chat/${data.open}`
  })
  if (!workers.controller) {
    await active(registration)
    return reloadOnce()
  }
  const { release } = await ask({ ask: 'installed' })
  if (release) {
    sessionStorage.removeItem(RELOADED)
    return release
  }
  // The browser has deleted the files, but not the loader.
  await ask({ ask: 'install' })
  return reloadOnce()
}

/** Asks the server for another release: null if it has none. Rejects with a `LoaderFailure`. */
export async function offeredRelease(): Promise<ReleaseName | null> {
  return (await ask({ ask: 'offered' })).release
}

/**
 * Installs the release that was offered. All tabs of the app are then reloaded. Rejects with a
 * `LoaderFailure`; in that case the installed release stays.
 */
export async function takeRelease({ id }: ReleaseName): Promise<void> {
  await ask({ ask: 'install', id })
}

function ask(question: LoaderQuestion): Promise<{ readonly release: ReleaseName | null }> {
  const { port1, port2 } = new MessageChannel()
  const answered = new Promise<{ release: ReleaseName | null }>((resolve, reject) => {
    port1.onmessage = ({ data }: MessageEvent<LoaderAnswer>) => {
      port1.close()
      if ('error' in data) reject(new LoaderFailure(data.error.code, data.error.message))
      else resolve(data)
    }
  })
  navigator.serviceWorker.controller!.postMessage(question, [port2])
  return answered
}

/** Resolves when the loader and the first release are installed. */
function active(registration: ServiceWorkerRegistration): Promise<void> {
  const worker = registration.installing ?? registration.waiting ?? registration.active
  if (!worker) return Promise.reject(new LoaderFailure('failed', 'There is no loader.'))
  return new Promise((resolve, reject) => {
    const check = () => {
      if (worker.state === 'activated') resolve()
      if (worker.state === 'redundant')
        reject(new LoaderFailure('failed', 'The files of the app could not be checked.'))
    }
    worker.addEventListener('statechange', check)
    check()
  })
}

/**
 * Reloads a page that bypassed the loader, as after a forced reload, so that it is loaded through
 * it.
 */
function reloadOnce(): Promise<never> {
  if (sessionStorage.getItem(RELOADED) !== null) {
    sessionStorage.removeItem(RELOADED)
    throw new LoaderFailure('failed', 'The page does not come from the loader.')
  }
  sessionStorage.setItem(RELOADED, '1')
  location.reload()
  return new Promise(() => {})
}
