import { writeFile } from 'node:fs/promises'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { findings } from '../../apps/web/e2e/testing/axe.ts'
import { dialogOf } from '../../apps/web/e2e/testing/dialog.ts'
import { addAuthenticator } from '../support/authenticator.ts'
import { Browser } from '../support/browser.ts'
import { tempDir } from '../support/files.ts'
import { Node } from '../support/node.ts'
import { openConsole, skipped, useSharedNode } from './setup.ts'

const withNode = useSharedNode()

/** Listening on all addresses requires a password. */
const ALL_ADDRESSES = '0.0.0.0'

describe.skipIf(skipped)('the console of a real node: access', () => {
  test('a remote login requires the correct password, or a passkey', async () => {
    await using dir = await tempDir('console-login')
    await writeFile(dir.join('password'), 'a long password\n')
    const login = ['--username', 'ana', '--password-file', dir.join('password')]
    await using node = await Node.start({ folder: dir.path, args: ['--host', ALL_ADDRESSES, ...login] })
    await using browser = await Browser.launch()
    // Passkeys do not work with IP addresses.
    const url = `http://localhost:${new URL(node.url).port}`
    const { page, context } = await browser.open(url, { localStorage: { 'shoal.welcomed': 'yes' } })
    await page.getByLabel('User name').fill('ana')
    await page.getByLabel('Password').fill('a guess')
    await page.getByRole('button', { name: 'Log in' }).click()
    await page.getByText('That is not right', { exact: false }).waitFor()
    await page.getByLabel('Password').fill('a long password')
    await page.getByRole('button', { name: 'Log in' }).click()
    await page.getByRole('link', { name: 'Dashboard' }).first().waitFor()
    await page.reload()
    await page.getByRole('link', { name: 'Dashboard' }).first().waitFor()
    const cookie = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ')
    const withCookie = async () => (await fetch(`${url}/api/torrents`, { headers: { cookie } })).status
    expect(await withCookie()).toBe(200)
    expect((await fetch(`${url}/api/torrents`)).status).toBe(401)
    await page.goto(`${url}/settings`)
    await addAuthenticator(page)
    await page.getByRole('button', { name: 'Add a passkey' }).click()
    const dialog = dialogOf(page)
    await dialog.getByLabel('Name of the passkey').fill('Phone')
    await dialog.getByRole('button', { name: 'Add a passkey' }).click()
    await page.getByRole('button', { name: 'Remove Phone' }).waitFor()
    await page.getByRole('button', { name: 'Log out' }).click()
    await page.getByLabel('User name').waitFor()
    // A copy of the cookie is also invalid.
    expect(await withCookie()).toBe(401)
    await page.getByRole('button', { name: 'Log in with a passkey' }).click()
    await page.getByRole('button', { name: 'Remove Phone' }).waitFor()
  })

  test('the password of the console is set, changed and removed in its settings', async () => {
    await using dir = await tempDir('console-password')
    await using node = await Node.start({ folder: dir.path })
    await using browser = await Browser.launch()
    const owner = await openConsole({ node, browser }, '/settings')
    const dialog = dialogOf(owner.page)
    await owner.page.getByRole('button', { name: 'Set a password' }).click()
    await dialog.getByLabel('User name').fill('ana')
    await dialog.getByLabel('New password', { exact: true }).fill('correct horse')
    await dialog.getByLabel('Repeat the new password').fill('correct house')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await dialog.getByText('The passwords do not match', { exact: false }).waitFor()
    await dialog.getByLabel('Repeat the new password').fill('correct horse')
    expect(await findings(owner.page)).toEqual([])
    await dialog.getByRole('button', { name: 'Save' }).click()
    await owner.page.getByText('User name ana.', { exact: false }).waitFor()

    const { page } = await browser.open(node.url, { localStorage: { 'shoal.welcomed': 'yes' } })
    const logIn = async (username: string, password: string) => {
      await page.getByLabel('User name').fill(username)
      await page.getByLabel('Password').fill(password)
      await page.getByRole('button', { name: 'Log in' }).click()
    }
    await logIn('ana', 'correct horse')
    await page.getByRole('link', { name: 'Dashboard' }).first().waitFor()
    await page.goto(`${node.url}/settings`)
    const form = dialogOf(page)
    await page.getByRole('button', { name: 'Change password' }).click()
    await form.getByLabel('Present password').fill('a wrong one')
    await form.getByLabel('New password', { exact: true }).fill('battery staple')
    await form.getByLabel('Repeat the new password').fill('battery staple')
    await form.getByRole('button', { name: 'Save' }).click()
    await form.getByRole('alert').waitFor()
    await form.getByLabel('Present password').fill('correct horse')
    await form.getByRole('button', { name: 'Save' }).click()
    await form.waitFor({ state: 'detached' })
    // The browser that changed it stays logged in.
    await page.reload()
    await page.getByText('Logged in as ana.').waitFor()

    await page.getByRole('button', { name: 'Remove password' }).click()
    await form.getByLabel('Present password').fill('battery staple')
    expect(await findings(page)).toEqual([])
    await form.getByRole('button', { name: 'Remove password' }).click()
    await page.getByLabel('Token').waitFor()
    await owner.page.reload()
    await owner.page.getByRole('button', { name: 'Set a password' }).waitFor()
  })

  test('does not listen for other machines without a password', async () => {
    await using dir = await tempDir('console-open')
    await expect(Node.start({ folder: dir.path, args: ['--host', ALL_ADDRESSES] })).rejects.toThrow(
      /--password-file/,
    )
  })

  test('a page of another site has no access, even for a logged-in user', async () => {
    await withNode(async scene => {
      await scene.node.api.addTorrent({ source: `magnet:?xt=urn:btih:${'ab'.repeat(20)}&dn=Harbour` })
      const { page } = await openConsole(scene)
      await page.getByRole('link', { name: 'Dashboard' }).first().waitFor()
      const other = createServer((_, response) => response.end('<p>another site</p>'))
      await new Promise<void>(resolve => other.listen(0, '127.0.0.1', resolve))
      try {
        await page.goto(`http://127.0.0.1:${(other.address() as AddressInfo).port}/`)
        const attempts = await page.evaluate(async url => {
          const body = JSON.stringify({ ids: 'all', action: 'remove' })
          const status = (options: RequestInit) =>
            fetch(`${url}/api/torrents/actions`, {
              method: 'POST',
              credentials: 'include',
              body,
              ...options,
            }).then(
              ({ status, type }) => `${type} ${status}`,
              () => 'refused',
            )
          const json = { 'content-type': 'application/json' }
          const socket = new Promise<string>(resolve => {
            const events = new WebSocket(`${url.replace('http', 'ws')}/api/events`)
            events.onopen = () => resolve('open')
            events.onerror = () => resolve('refused')
          })
          return [await status({ headers: json }), await status({ mode: 'no-cors' }), await socket]
        }, scene.node.url)
        expect(attempts).toEqual(['refused', 'refused', 'refused'])
        // A page may send requests whose responses it cannot read; the node must not have executed
        // them.
        expect((await scene.node.api.listTorrents({})).total).toBe(1)
      } finally {
        other.close()
      }
    })
  })

  test('a foreign name for this machine has no access (DNS rebinding)', async () => {
    await withNode(async ({ node }) => {
      const { port } = new URL(node.url)
      const statusAs = (name: string) =>
        new Promise(resolve => {
          const headers = { host: `${name}:${port}`, authorization: `Bearer ${node.token}` }
          request({ host: '127.0.0.1', port, path: '/api/torrents', headers }, answer => {
            answer.resume()
            resolve(answer.statusCode)
          }).end()
        })
      expect(await statusAs('127.0.0.1')).toBe(200)
      expect(await statusAs('attacker.example')).toBe(403)
    })
  })
})
