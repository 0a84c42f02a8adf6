import { z } from 'zod'
import { contract, operation, setting } from '../contract.ts'
import { SearchInput, SearchPage } from '../schemas/search.ts'

/** Search of torrents, files and the text of documents. */
export const SEARCH = contract({
  name: 'search',
  operations: {
    search: operation({
      method: 'GET',
      path: '/api/search',
      area: 'search',
      summary: 'Find torrents and files by names, paths, comments and what documents say',
      input: SearchInput,
      output: SearchPage,
    }),
  },
  settings: {
    search: {
      documents: setting(z.boolean(), true, {
        title: 'Look inside documents',
        description: 'Text of shared text, Markdown, HTML, PDF and EPUB files can be searched.',
      }),
    },
  },
  commands: ['search'],
})
