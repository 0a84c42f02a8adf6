/** Opens the console in the browser. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { writeWholeFile } from '@shoal/daemon/files'

/** Puts the token after `#`, which browsers do not send to servers. */
export function consoleUrl(url: string, token: string | null): string {
  return token === null ? `${url}/` : `${url}/#token=${token}`
}

/**
 * Opens an address in the user's browser. An address with a token goes through a page in the data
 * folder that only this user can read, because all users of the machine can see the arguments of
 * programs. Resolves with whether a browser was found.
 */
export async function openBrowser(url: string, dataDir: string | null): Promise<boolean> {
  if (dataDir === null || !url.includes('#')) return launch(url)
  const page = join(dataDir, 'open.html')
  await writeWholeFile(page, pageTo(url), { mode: 0o600 })
  return launch(pathToFileURL(page).href)
}

function pageTo(url: string): string {
  const safe = url.replace(/[&"<>]/g, character => `&#${character.charCodeAt(0)};`)
  return `<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0; url=${safe}"><a href="${safe}">Shoal</a>\n`
}

function launch(target: string): Promise<boolean> {
  const [program, args] =
    process.platform === 'win32'
      ? ['rundll32', ['url.dll,FileProtocolHandler', target]]
      : process.platform === 'darwin'
        ? ['open', [target]]
        : ['xdg-open', [target]]
  return new Promise(resolve => {
    const child = spawn(program as string, args as string[], { stdio: 'ignore', detached: true })
    child.once('error', () => resolve(false))
    child.once('spawn', () => {
      child.unref()
      resolve(true)
    })
  })
}
