/** Chromium with the chat app in one of the places of a NatNetwork. */
import { once } from 'node:events'
import { chmod, writeFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { Browser } from './browser.ts'
import type { TempDir } from './files.ts'
import type { NatNetwork, NatPlace } from './nat-network.ts'
import { start } from './process.ts'
import { toolPath } from './tools.ts'

const PROGRAM = fileURLToPath(new URL('./placed-app-process.ts', import.meta.url))

export interface PlacedBrowser extends AsyncDisposable {
  readonly browser: Browser
  /** Address of the app in that place. */
  readonly app: string
}

export async function startPlacedBrowser(
  network: NatNetwork,
  place: NatPlace,
  dir: TempDir,
): Promise<PlacedBrowser> {
  const within = network.within(place)
  const site = await start('the chat app', process.execPath, [PROGRAM], { ownStdout: true, within })
  const [app] = (await once(createInterface(site.child.stdout!), 'line')) as [string]
  const program = dir.join(`chromium-${place}`)
  await writeFile(
    program,
    `#!/bin/sh\nexec ${within.join(' ')} ${toolPath('chromium-headless-shell')} "$@"\n`,
  )
  await chmod(program, 0o755)
  const browser = await Browser.launch({ path: program })
  return {
    ...{ browser, app },
    async [Symbol.asyncDispose]() {
      await browser[Symbol.asyncDispose]()
      await site.stop()
    },
  }
}
