import { z } from 'zod'
import { operation } from '../operation.ts'
import { Name, Nothing } from '../schemas/common.ts'
import { CountedLabel, Label } from '../schemas/label.ts'

/** Labels of torrents. */
export const LABEL_OPERATIONS = {
  listLabels: operation({
    method: 'GET',
    path: '/api/labels',
    area: 'labels',
    summary: 'Labels, their folders, and how many torrents have each',
    input: z.object({}),
    output: z.object({ items: z.array(CountedLabel), tags: z.array(z.string()) }),
  }),
  putLabel: operation({
    method: 'PUT',
    path: '/api/labels/{name}',
    area: 'labels',
    summary: 'Make or change a label',
    input: Label.partial().required({ name: true }),
    output: CountedLabel,
    errors: ['forbidden-path'],
  }),
  removeLabel: operation({
    method: 'DELETE',
    path: '/api/labels/{name}',
    area: 'labels',
    summary: 'Remove a label; its torrents keep their folders',
    input: z.object({ name: Name }),
    output: Nothing,
  }),
} as const
