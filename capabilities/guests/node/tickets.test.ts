import { expect, test } from 'vitest'
import { Tickets } from './tickets.ts'

test.each(['ab'.repeat(20), '0f'.repeat(32)])('a ticket names the torrent %s for a day', id => {
  let nowMs = 1_000_000
  const tickets = new Tickets(() => nowMs)
  const ticket = tickets.make(id)
  expect(tickets.idOf(ticket)).toBe(id)
  expect(ticket).not.toContain(id)
  expect(tickets.make(id)).not.toBe(ticket)
  nowMs += 24 * 60 * 60_000
  expect(tickets.idOf(ticket)).toBeNull()
})

test('nothing else is a ticket', () => {
  const tickets = new Tickets()
  const ticket = tickets.make('ab'.repeat(20))
  const other = new Tickets().make('ab'.repeat(20))
  const changed = `${ticket.slice(0, 20)}${ticket[20] === 'A' ? 'B' : 'A'}${ticket.slice(21)}`
  for (const text of ['', 'x', 'ab'.repeat(20), other, changed, ticket.slice(0, -4), `${ticket}${ticket}`])
    expect(tickets.idOf(text)).toBeNull()
})
