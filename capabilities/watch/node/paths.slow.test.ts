import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { nodeForTest } from '@shoal/node/node/testing/for-test.ts'
import { expect, test } from 'vitest'

const watched = (directory: string) => ({ directory, label: null, paused: true, action: 'rename' as const })

test('with only the password no hidden folder is watched, except one that the owner chose', async () => {
  const node = await nodeForTest()
  await mkdir(join(node.folder, '.ssh'))
  const watch = (...folders: string[]) =>
    node.guestOperations.changeSettings({
      automation: { watch: folders.map(folder => watched(join(node.folder, folder))) },
    })
  for (const folder of ['.ssh', 'films/../.ssh'])
    await expect(watch(folder)).rejects.toMatchObject({
      code: 'forbidden-path',
      field: 'automation.watch.0.directory',
    })
  await node.operations.changeSettings({ automation: { watch: [watched(join(node.folder, '.watch'))] } })
  await watch('.watch', 'films')
  expect(node.kernel.settings.current.automation.watch).toHaveLength(2)
})
