import { findEntry } from '../models/catalogue.ts';
import { type ModelFacts, unknownModel } from './price.ts';
import { parsePrice } from './price-notation.ts';

/** What the catalogue knows of a model, at the price in force at that time, Unix milliseconds. */
export function findModel(provider: string, model: string, atMs: number): ModelFacts {
  const entry = findEntry(provider, model);
  if (entry === undefined) return unknownModel;
  const { contextWindow, maxOutputTokens, priceText } = entry;
  return { price: parsePrice(priceText, atMs), contextWindow, maxOutputTokens };
}
