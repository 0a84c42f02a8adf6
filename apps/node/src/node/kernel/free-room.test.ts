import { expect, test } from 'vitest'
import { FreeRoom, NEEDED_BYTES } from './free-room.ts'

function roomOn(disk: { isFull: boolean; freeBytes: number; isWritable?: boolean }) {
  const told: (string | null)[] = []
  let returned = 0
  const room = new FreeRoom({
    folder: '/data',
    database: {
      get isFull() {
        return disk.isFull
      },
      tryWrite() {
        if (disk.isWritable !== false) disk.isFull = false
        return !disk.isFull
      },
    },
    freeBytes: async () => disk.freeBytes,
    tell: problem => told.push(problem),
  })
  room.onReturned(() => returned++)
  return { room, told, returned: () => returned }
}

test('a disk with room is of no concern', async () => {
  const { room, told } = roomOn({ isFull: false, freeBytes: 0 })
  await room.look()
  expect(told).toEqual([])
  expect(room.lacksBytes).toBe(null)
  expect(() => room.assert()).not.toThrow()
})

test('a full disk is reported with what it lacks, until it can be written to', async () => {
  const disk = { isFull: true, freeBytes: 1 << 20, isWritable: false }
  const { room, told, returned } = roomOn(disk)
  await room.look()
  await room.look()
  expect(told).toEqual([expect.stringMatching(/^the disk of \/data is full: free 3\.15 MB there/)])
  expect(room.lacksBytes).toBe(NEEDED_BYTES - (1 << 20))
  expect(() => room.assert()).toThrow(expect.objectContaining({ code: 'no-space' }))
  // Free space alone is not enough: it may be reserved.
  disk.freeBytes = NEEDED_BYTES
  await room.look()
  expect(room.lacksBytes).toBe(NEEDED_BYTES)
  expect(returned()).toBe(0)
  disk.isWritable = true
  await room.look()
  expect(told.at(-1)).toBe(null)
  expect(room.lacksBytes).toBe(null)
  expect(returned()).toBe(1)
})
