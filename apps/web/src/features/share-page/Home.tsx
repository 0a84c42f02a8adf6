import { lazy, Suspense, useEffect } from 'react'
import { texts } from '../../shared/messages/share-page.ts'
import { LinkField } from './LinkField.tsx'
import { ShareForm } from './sharing/ShareForm.tsx'
import { Kept } from './view/Kept.tsx'

const YourKey = lazy(() => import('./sealing/YourKey.tsx'))

/** The page without a link: shares files, opens a link, and lists stored shares. */
export default function Home() {
  useEffect(() => {
    document.title = texts.name
    void import('./sealing/sealing-place.ts').then(({ tidyPlaces }) => tidyPlaces())
  }, [])
  return (
    <>
      <h1>{texts.home}</h1>
      <ShareForm />
      <LinkField />
      <Kept />
      <Suspense>
        <YourKey />
      </Suspense>
    </>
  )
}
