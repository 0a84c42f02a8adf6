import { SECRETS } from '@shoal/api'
import { contract } from '@shoal/api/contract'
import { withStatus } from '@shoal/api/errors'
import { z } from 'zod'
import { hubOperation } from '../contract.ts'
import { Comment, Listing, ListingFilter, ListingSummary, ListingText } from '../schemas/listing.ts'
import { Id, pageInput, pageOf, TimeMs, utf8 } from '../schemas/text.ts'

const One = z.object({ id: Id })
const CommentText = utf8(1, 8192).regex(/\S/, 'must not be blank')
const Nothing = z.object({})

/** Shares published by members, with comments; also as Atom feeds and over Torznab. */
export const LISTINGS = contract({
  name: 'listings',
  operations: {
    listListings: hubOperation({
      method: 'GET',
      path: '/api/listings',
      effect: 'read',
      area: 'listings',
      summary: 'Search or browse listings, the newest first',
      access: 'open',
      input: ListingFilter.extend(pageInput(200, 50)),
      output: pageOf(ListingSummary),
    }),
    getListing: hubOperation({
      method: 'GET',
      path: '/api/listings/{id}',
      effect: 'read',
      area: 'listings',
      summary: 'Get a listing with its description',
      access: 'open',
      input: One,
      output: Listing,
    }),
    publishListing: hubOperation({
      method: 'POST',
      path: '/api/listings',
      effect: 'write',
      area: 'listings',
      summary: 'Publish a listing',
      access: 'member',
      input: ListingText.extend({
        tags: ListingText.shape.tags.default([]),
        description: ListingText.shape.description.default(''),
        sizeBytes: ListingText.shape.sizeBytes
          .optional()
          .meta({ description: 'Default: the length that the link names, or 0' }),
        fileCount: ListingText.shape.fileCount.default(null),
      }),
      output: Listing,
      errors: { ...withStatus(400, 'bad-link'), ...withStatus(429, 'too-soon', 'too-many-requests') },
    }),
    editListing: hubOperation({
      method: 'PATCH',
      path: '/api/listings/{id}',
      effect: 'write',
      area: 'listings',
      summary: 'Change a listing of your own; another link removes its .torrent',
      access: 'member',
      input: ListingText.partial().extend(One.shape),
      output: Listing,
      errors: {
        ...withStatus(400, 'bad-link'),
        ...withStatus(403, 'forbidden'),
        ...withStatus(429, 'too-many-requests'),
      },
      idempotent: true,
    }),
    removeListing: hubOperation({
      method: 'DELETE',
      path: '/api/listings/{id}',
      effect: 'delete',
      area: 'listings',
      summary: 'Delete a listing of your own with its comments; admins delete any, which the public log says',
      access: 'member',
      input: One,
      output: Nothing,
      errors: withStatus(403, 'forbidden'),
    }),
    removeThumbnail: hubOperation({
      method: 'DELETE',
      path: '/api/listings/{id}/thumbnails/{name}',
      effect: 'delete',
      area: 'listings',
      summary: 'Remove a thumbnail of a listing of your own',
      access: 'member',
      input: One.extend({ name: Id }),
      output: Listing,
      errors: withStatus(403, 'forbidden'),
    }),
    listComments: hubOperation({
      method: 'GET',
      path: '/api/listings/{id}/comments',
      effect: 'read',
      area: 'listings',
      summary: 'List the comments on a listing, the oldest first',
      access: 'open',
      input: One.extend(pageInput(200, 50)),
      output: pageOf(Comment),
    }),
    addComment: hubOperation({
      method: 'POST',
      path: '/api/listings/{id}/comments',
      effect: 'write',
      area: 'listings',
      summary: 'Comment on a listing',
      access: 'member',
      input: One.extend({ text: CommentText }),
      output: Comment,
      errors: { ...withStatus(409, 'full'), ...withStatus(429, 'too-soon', 'too-many-requests') },
    }),
    editComment: hubOperation({
      method: 'PATCH',
      path: '/api/comments/{id}',
      effect: 'write',
      area: 'listings',
      summary: 'Change a comment of your own',
      access: 'member',
      input: One.extend({ text: CommentText }),
      output: Comment,
      errors: { ...withStatus(403, 'forbidden'), ...withStatus(429, 'too-many-requests') },
      idempotent: true,
    }),
    removeComment: hubOperation({
      method: 'DELETE',
      path: '/api/comments/{id}',
      effect: 'delete',
      area: 'listings',
      summary: 'Delete a comment of your own; admins delete any, which the public log says',
      access: 'member',
      input: One,
      output: Nothing,
      errors: withStatus(403, 'forbidden'),
    }),
    getFeedKey: hubOperation({
      method: 'GET',
      path: '/api/account/feed-key',
      effect: 'read',
      area: 'listings',
      summary: 'Say when your key for feeds was made; null if there is none',
      access: 'member',
      input: z.object({}),
      output: z.object({ createdMs: TimeMs.nullable() }),
    }),
    renewFeedKey: hubOperation({
      method: 'POST',
      path: '/api/account/feed-key',
      effect: 'delete',
      area: 'listings',
      summary: 'Make a new key for Atom and Torznab, which is shown once; the one before is void',
      access: 'member',
      input: z.object({}),
      output: z.object({ key: z.string().register(SECRETS, { isWhole: true }), createdMs: TimeMs }),
    }),
    removeFeedKey: hubOperation({
      method: 'DELETE',
      path: '/api/account/feed-key',
      effect: 'delete',
      area: 'listings',
      summary: 'Void your key for feeds',
      access: 'member',
      input: z.object({}),
      output: Nothing,
    }),
  },
})
