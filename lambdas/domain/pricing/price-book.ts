import { noPrices, type PriceList } from './price-list.ts';

/** The operator's own prices, as the data plane has them. */
export interface PriceBook {
  /** At most half a minute old, or older where no newer ones can be had. Throws GatewayFault `service_unavailable`. */
  readPrices(): Promise<PriceList>;
}

/** The prices at the start of a request. */
export interface KnownPrices {
  readonly list: PriceList;
  /** Why they could not be read: then none may be relied on. */
  readonly fault?: unknown;
}

export async function tryReadingPrices(book: PriceBook): Promise<KnownPrices> {
  try {
    return { list: await book.readPrices() };
  } catch (fault) {
    return { list: noPrices, fault };
  }
}
