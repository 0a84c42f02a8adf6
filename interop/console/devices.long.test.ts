/** The list of devices in the consoles of two real nodes. */
import { readDeviceText } from '@shoal/identity/devices'
import { expect, test } from 'vitest'
import { findings } from '../../apps/web/e2e/testing/axe.ts'
import { dialogOf } from '../../apps/web/e2e/testing/dialog.ts'
import { tempDir } from '../support/files.ts'
import { Node } from '../support/node.ts'
import { useBrowser } from '../support/page-tests.ts'
import { openConsole } from './setup.ts'

const browser = useBrowser()
const PATH = '/settings/devices'

test('is made, joined by another node, changed and forgotten, without a terminal', async () => {
  await using dir = await tempDir('console-devices')
  await using node = await Node.start({ folder: dir.path })
  await using other = await Node.start({ folder: dir.join('other') })
  const { page, problems } = await openConsole({ node, browser }, PATH)
  const { page: there, problems: problemsThere } = await openConsole({ node: other, browser }, PATH)
  const dialog = dialogOf(page)
  const names = async () => (await node.api.listDevices({})).items.map(({ name }) => name)

  await page.getByRole('button', { name: 'Make the list' }).click()
  await dialog.getByLabel('Name of this node').fill('home')
  await dialog.getByRole('button', { name: 'Make a key' }).click()
  const making = page.getByRole('dialog', { name: 'Make a key' })
  await making.getByRole('button', { name: 'Suggest one' }).click()
  const field = making.getByLabel('Passphrase for the key file')
  await expect.poll(() => field.inputValue()).toContain(' ')
  const passphrase = await field.inputValue()
  await making.getByRole('button', { name: 'Make the key' }).click()
  await making.getByRole('link', { name: 'Save identity.age' }).click()
  await making.getByRole('button', { name: 'Continue' }).click()
  await dialog.getByRole('button', { name: 'Continue' }).click()
  const words = await dialog.getByRole('listitem').allTextContents()
  expect(words).toHaveLength(24)
  expect(await findings(page)).toEqual([])
  // Nothing is signed before the words are written down.
  expect(await names()).toEqual([])
  const asked = dialog.getByLabel(/^Word number/)
  const label = await dialog.getByText(/^Word number \d+$/).textContent()
  await asked.fill('wrong')
  await dialog.getByRole('button', { name: 'Make the list' }).click()
  await dialog.getByText('This is another word', { exact: false }).waitFor()
  await asked.fill(words[Number(/\d+/.exec(label!)![0]) - 1]!)
  await dialog.getByRole('button', { name: 'Make the list' }).click()
  await page.getByText('this node · added', { exact: false }).waitFor()
  expect(await node.api.listDevices({})).toMatchObject({ sequence: 0, items: [{ name: 'home', own: true }] })

  const joining = dialogOf(there)
  await there.getByRole('button', { name: 'Use my list of devices' }).click()
  await joining.getByLabel('Name of this node').fill('attic')
  await joining.getByRole('button', { name: 'Show the code of this node' }).click()
  const code = await joining.getByLabel('Code of this node').inputValue()
  expect(readDeviceText(code)).toMatchObject({ name: 'attic', kind: 'node' })
  expect(await findings(there)).toEqual([])

  const sign = async (button: string) => {
    await dialog.getByLabel('Passphrase of the key').fill(passphrase)
    await dialog.getByRole('button', { name: button, exact: true }).click()
    await dialog.waitFor({ state: 'detached' })
  }
  await page.getByRole('button', { name: 'Add a device' }).click()
  await dialog.getByLabel('Code of the device').fill('AAAA')
  await dialog.getByText('This is not the code of a device', { exact: false }).waitFor()
  await dialog.getByLabel('Code of the device').fill(code)
  await dialog.getByText('This is “attic” (node).').waitFor()
  expect(await findings(page)).toEqual([])
  await sign('Add a device')
  expect(await names()).toEqual(['home', 'attic'])

  const list = JSON.stringify((await node.api.listDevices({})).history)
  await joining.getByLabel('List of devices').fill('AAAA')
  await joining.getByRole('button', { name: 'Use my list of devices' }).click()
  await joining.getByRole('alert').waitFor()
  await joining.getByLabel('List of devices').fill(list)
  await joining.getByRole('button', { name: 'Use my list of devices' }).click()
  await there.getByText('this node · added', { exact: false }).waitFor()
  expect((await other.api.listDevices({})).items).toMatchObject([
    { name: 'home', own: false },
    { name: 'attic', own: true },
  ])

  await page.getByRole('button', { name: 'Rename attic' }).click()
  await dialog.getByLabel('Name of the device').fill('cellar')
  await dialog.getByLabel('Passphrase of the key').fill('another one')
  await dialog.getByRole('button', { name: 'Rename', exact: true }).click()
  await dialog
    .getByRole('alert')
    .getByText(/passphrase/i)
    .waitFor()
  await sign('Rename')
  expect(await names()).toEqual(['home', 'cellar'])
  await page.getByRole('button', { name: 'Renew' }).click()
  await sign('Renew')
  await page.getByRole('button', { name: 'Remove cellar' }).click()
  expect(await findings(page)).toEqual([])
  await sign('Remove')
  expect(await node.api.listDevices({})).toMatchObject({ sequence: 4, items: [{ name: 'home' }] })

  await there.getByRole('button', { name: 'Paste a newer list' }).click()
  await joining.getByLabel('List of devices').fill(JSON.stringify((await node.api.listDevices({})).history))
  await joining.getByRole('button', { name: 'Paste a newer list' }).click()
  await there.getByRole('button', { name: 'Add this node' }).waitFor()
  expect(await findings(page)).toEqual([])

  await page.getByRole('button', { name: 'Forget the list' }).click()
  await dialog.getByRole('button', { name: 'Forget the list' }).click()
  await page.getByRole('button', { name: 'Make the list' }).waitFor()
  expect((await node.api.listDevices({})).did).toBeNull()
  expect([...problems, ...problemsThere]).toEqual([])
})
