import { expect, test } from 'vitest'
import { hubWithMembers } from '../testing/hub-with-members.ts'

test('a browser that opens the hub stays logged in, and other programs get no cookie', async () => {
  await using hub = await hubWithMembers()
  const { session, did, api } = await hub.member('Ann')
  const ask = async (headers: Record<string, string>) => {
    const answer = await fetch(`${hub.url}/api/login`, { headers })
    expect((await answer.json()).account).toMatchObject({ did })
    return answer.headers.getSetCookie()
  }
  // The session of this test ends within the hour.
  expect(await ask({ authorization: `Bearer ${session}` })).toEqual([])
  const [before] = (await api.listSessions({})).items
  expect(await ask({ cookie: `shoal_hub_session=${session}` })).toEqual([
    expect.stringMatching(
      new RegExp(
        `^shoal_hub_session=${session}; Path=/; Max-Age=2(592000|59199\\d); HttpOnly; SameSite=Strict$`,
      ),
    ),
  ])
  const [after] = (await api.listSessions({})).items
  expect(after!.expiresMs - before!.expiresMs).toBeGreaterThan(29 * 86_400_000)
  // It was renewed today.
  expect(await ask({ cookie: `shoal_hub_session=${session}` })).toEqual([])
})
