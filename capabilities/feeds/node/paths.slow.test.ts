import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { nodeForTest } from '@shoal/node/node/testing/for-test.ts'
import { expect, test } from 'vitest'
import { FeedFilter } from '../schemas.ts'

test('with only the password no filter names a hidden folder', async () => {
  const node = await nodeForTest()
  await mkdir(join(node.folder, '.ssh'))
  const { addFeed, updateFeed } = node.guestOperations
  const refused = { code: 'forbidden-path', field: 'filters.0.directory' }
  for (const folder of ['.ssh', 'films/../.ssh']) {
    const filters = [FeedFilter.parse({ include: 'x', directory: join(node.folder, folder) })]
    const url = 'http://127.0.0.1:9/feed'
    await expect(addFeed({ url, everyMinutes: 60, filters })).rejects.toMatchObject(refused)
    await expect(updateFeed({ id: 'x', filters })).rejects.toMatchObject(refused)
  }
})
