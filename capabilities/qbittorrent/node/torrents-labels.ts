/** Categories are Shoal's labels, with the label's folder as their save path; tags are tags. */
import type { Torrent } from '@shoal/api'
import type { Call } from '@shoal/node/node/server/compat/call.ts'
import { changes, reads, type WebContext, type WebMethods } from './answer.ts'
import type { Params } from './params.ts'
import { Refusal } from './refusal.ts'
import { chosen } from './select.ts'

/** Names with single slashes inside, as in qBittorrent's subcategories. */
const CATEGORY = /^[^\\/]+(?:\/[^\\/]+)*$/

export const LABEL_METHODS: WebMethods = {
  'torrents/categories': reads((_, { call }) => categories(call)),
  'torrents/createCategory': changes(async (params, { call }) => {
    const name = categoryName(params)
    if (!CATEGORY.test(name)) throw new Refusal(409, 'Incorrect category name')
    if (Object.hasOwn(await categories(call), name)) throw new Refusal(409, 'Unable to create category')
    await call('putLabel', { name, ...savePath(params) })
    return undefined
  }),
  'torrents/editCategory': changes(async (params, { call }) => {
    const name = categoryName(params)
    params.required('savePath')
    if (!Object.hasOwn(await categories(call), name)) throw new Refusal(409, 'Unable to edit category')
    await call('putLabel', { name, ...savePath(params) })
    return undefined
  }),
  'torrents/removeCategories': changes(async (params, { call, facts }) => {
    params.required('categories')
    const known = await categories(call)
    for (const name of params.list('categories', /\r?\n/))
      if (Object.hasOwn(known, name)) await call('removeLabel', { name })
    facts.keepOnly([])
    return undefined
  }),
  'torrents/setCategory': changes(async (params, context) => {
    const name = params.required('category').trim()
    if (name !== '' && !Object.hasOwn(await categories(context.call), name))
      throw new Refusal(409, 'Incorrect category name')
    await updateEach(params, context, () => ({ label: name === '' ? null : name }))
    return undefined
  }),
  'torrents/tags': reads((_, context) => allTags(context)),
  'torrents/createTags': changes(async (params, { kept }) => {
    params.required('tags')
    kept.addTags(params.list('tags', ','))
    return undefined
  }),
  'torrents/deleteTags': changes(async (params, context) => {
    params.required('tags')
    const gone = params.list('tags', ',')
    context.kept.removeTags(gone)
    const isTagged = ({ tags }: Torrent) => tags.some(tag => gone.includes(tag))
    const all = new Map([['hashes', 'all']])
    await updateEach(params.with(all), context, ({ tags }) => ({ tags: without(tags, gone) }), isTagged)
    return undefined
  }),
  'torrents/addTags': changes(async (params, context) => {
    params.required('tags')
    const added = params.list('tags', ',')
    context.kept.addTags(added)
    await updateEach(params, context, ({ tags }) => ({ tags: [...new Set([...tags, ...added])] }))
    return undefined
  }),
  'torrents/setTags': changes(async (params, context) => {
    params.required('tags')
    const tags = [...new Set(params.list('tags', ','))]
    context.kept.addTags(tags)
    await updateEach(params, context, () => ({ tags }))
    return undefined
  }),
  'torrents/removeTags': changes(async (params, context) => {
    const gone = params.list('tags', ',')
    await updateEach(params, context, ({ tags }) => ({ tags: gone.length === 0 ? [] : without(tags, gone) }))
    return undefined
  }),
}

/** Tags of torrents, and tags created without any. */
export async function allTags({ call, kept }: WebContext): Promise<string[]> {
  return [...new Set([...(await call('listLabels', {})).tags, ...kept.tags()])].sort()
}

export async function categories(call: Call): Promise<Record<string, { name: string; savePath: string }>> {
  const { items } = await call('listLabels', {})
  return Object.fromEntries(items.map(({ name, directory }) => [name, { name, savePath: directory ?? '' }]))
}

function categoryName(params: Params): string {
  const name = params.required('category').trim()
  if (name === '') throw new Refusal(400, 'Category cannot be empty')
  return name
}

/** An empty path means the default folder. */
function savePath(params: Params): { directory?: string | null } {
  if (!params.has('savePath')) return {}
  const path = params.text('savePath').trim()
  return { directory: path === '' ? null : path }
}

function without(tags: readonly string[], gone: readonly string[]): string[] {
  return tags.filter(tag => !gone.includes(tag))
}

async function updateEach(
  params: Params,
  context: WebContext,
  change: (torrent: Torrent) => { label?: string | null; tags?: string[] },
  isMeant: (torrent: Torrent) => boolean = () => true,
): Promise<void> {
  const torrents = (await chosen(params, context)).filter(isMeant)
  for (const torrent of torrents) await context.call('updateTorrent', { id: torrent.id, ...change(torrent) })
  context.facts.doubt(torrents.map(({ id }) => id))
}
