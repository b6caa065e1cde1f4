import { seeded } from '../../random.ts';
import { DAY, HOUR, isoDate, type World } from '../types.ts';
import { drawApplicant, type Turn } from './applicant.ts';

export interface CreditWorldOptions {
  readonly seed: number;
  readonly turns: readonly Turn[];
  /** Loans a day whose end is known. */
  readonly rowsPerDay?: number;
}

/** A synthetic stream of loan applications. The raw data are loans whose end is known; requests come in office hours. */
export function createCreditWorld({ seed, turns, rowsPerDay = 700 }: CreditWorldOptions): World {
  return {
    model: 'credit',
    partition(day) {
      const u = seeded(seed ^ 0x0c4e, day / DAY);
      const lines = Array.from({ length: rowsPerDay }, (_, i) => {
        const at = day + Math.floor((DAY * i) / rowsPerDay);
        const { columns, repaid } = drawApplicant(at, turns, u);
        const id = `applicant-${isoDate(day)}-${i}`;
        return [id, new Date(at).toISOString(), repaid, ...Object.values(columns).map((v) => v ?? '')].join(
          ',',
        );
      });
      const names = Object.keys(drawApplicant(day, turns, seeded(seed)).columns);
      const header = ['applicant_id', 'applied_at', 'repaid', ...names].join(',');
      return {
        date: isoDate(day),
        file: 'loans.csv',
        body: `${[header, ...lines].join('\n')}\n`,
        rows: rowsPerDay,
      };
    },
    events(from, to) {
      const events = [];
      for (let hour = Math.ceil(from / HOUR) * HOUR; hour < to; hour += HOUR) {
        const u = seeded(seed ^ 0x7a11, hour / HOUR);
        const { columns, repaid } = drawApplicant(hour, turns, u);
        const id = `application-${hour / HOUR}`;
        events.push({
          at: hour,
          id,
          entity: id,
          features: { ...columns },
          label: repaid,
          outcomeAt: hour + DAY,
        });
      }
      return events;
    },
  };
}
