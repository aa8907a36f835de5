import { randomStream, type RandomStream } from '../../forest/random.ts';
import { drawBetween, drawLogNormal, drawOne, drawWeighted } from './draws.ts';
import { foreignCountries } from './transfer-accounts.ts';
import { numbered } from './simulated-record.ts';

interface ShopKind {
  readonly name: string;
  /** Share of shops. */
  readonly weight: number;
  /** Typical price, as a multiple of a card's own mean. */
  readonly priceFactor: number;
  readonly spread: number;
  /** Share of purchases that are brought back within weeks. */
  readonly returns: number;
}

const kinds: readonly ShopKind[] = [
  { name: 'grocery', weight: 24, priceFactor: 0.9, spread: 0.5, returns: 0.002 },
  { name: 'restaurant', weight: 16, priceFactor: 0.7, spread: 0.45, returns: 0.001 },
  { name: 'transit', weight: 8, priceFactor: 0.12, spread: 0.3, returns: 0.001 },
  { name: 'clothing', weight: 16, priceFactor: 1.6, spread: 0.6, returns: 0.16 },
  { name: 'electronics', weight: 8, priceFactor: 2.6, spread: 0.8, returns: 0.08 },
  { name: 'furniture', weight: 4, priceFactor: 3.5, spread: 0.9, returns: 0.07 },
  { name: 'online-retail', weight: 18, priceFactor: 1.2, spread: 0.7, returns: 0.12 },
  { name: 'services', weight: 6, priceFactor: 0.6, spread: 0.5, returns: 0.01 },
];

export interface Shop {
  readonly id: string;
  readonly kind: ShopKind;
  readonly country: string;
  /** First day on which it sells; 0 where it is older than the stream. */
  readonly firstDay: number;
  /** Day of its sale, with several times the usual trade; beyond the stream where it has none. */
  readonly saleDay: number;
}

/** A card and what its owner usually does with it. */
export interface Cardholder {
  readonly cardId: string;
  readonly country: string;
  readonly meanAmount: number;
  readonly purchasesPerDay: number;
  readonly peakHour: number;
  readonly hourSpread: number;
  readonly firstDay: number;
  /** Where this card usually pays; the first ones most. */
  readonly shops: readonly Shop[];
  /** The owner's own source of chance, for all days in order. */
  readonly random: RandomStream;
}

export interface Town {
  readonly shops: readonly Shop[];
  readonly cardholders: readonly Cardholder[];
  /** The source of chance for fraud, apart from the cardholders'. */
  readonly random: RandomStream;
}

const homeCountries = ['DE', 'DE', 'DE', 'AT', 'NL'];
const NEW_CARD_SHARE = 0.1;
const NEW_SHOP_SHARE = 0.08;
const SALE_SHARE = 0.15;
/** Stream 0 draws shops and cards, stream 1 the fraud; each card has a stream of its own from here on. */
const FIRST_CARD_STREAM = 16;

/** Shops and cards with habits; the same for the same seed. */
export function createTown(cardCount: number, shopCount: number, days: number, seed: number): Town {
  const random = randomStream(seed, 0, 'merchants');
  const shops = Array.from({ length: shopCount }, (_, index): Shop => {
    const kind = drawWeighted(random, kinds, ({ weight }) => weight);
    return {
      id: numbered('M', index),
      kind,
      country: random.nextUnit() < 0.12 ? drawOne(random, foreignCountries) : drawOne(random, homeCountries),
      firstDay: random.nextUnit() < NEW_SHOP_SHARE ? random.nextInteger(days) : 0,
      saleDay: random.nextUnit() < SALE_SHARE ? random.nextInteger(days) : days,
    };
  });
  const cardholders = Array.from({ length: cardCount }, (_, index): Cardholder => {
    const country = drawOne(random, homeCountries);
    const near = shops.filter((shop) => shop.country === country && shop.firstDay === 0);
    return {
      cardId: `K${String(random.nextInteger(1_000_000)).padStart(6, '0')}-${String(index + 1)}`,
      country,
      meanAmount: 26 * drawLogNormal(random, 0.8),
      purchasesPerDay: 2.2 * drawLogNormal(random, 0.5),
      peakHour: drawBetween(random, 11, 19),
      hourSpread: drawBetween(random, 2, 3.5),
      firstDay: random.nextUnit() < NEW_CARD_SHARE ? random.nextInteger(days) : 0,
      shops: Array.from({ length: 12 }, () => drawOne(random, near.length > 0 ? near : shops)),
      random: randomStream(seed, FIRST_CARD_STREAM + index, 'merchants'),
    };
  });
  return { shops, cardholders, random: randomStream(seed, 1, 'merchants') };
}
