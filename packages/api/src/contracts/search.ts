import { z } from 'zod'
import { contract, operation, setting } from '../contract.ts'
import { SearchInput, SearchPage } from '../schemas/search.ts'

/** Search of torrents, files and the text of documents. */
export const SEARCH = contract({
  name: 'search',
  otherErrors: { 'bad-document': 'the log' },
  operations: {
    search: operation({
      method: 'GET',
      path: '/api/search',
      effect: 'read',
      area: 'search',
      summary: 'Search names, paths, comments and the text of documents',
      input: SearchInput,
      output: SearchPage,
    }),
  },
  settings: {
    search: {
      documents: setting(z.boolean(), true, {
        title: 'Search inside documents',
        description: 'Indexes the text of complete text, Markdown, HTML, PDF and EPUB files.',
      }),
    },
  },
  commands: ['search'],
})
