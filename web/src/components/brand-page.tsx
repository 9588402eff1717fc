// A page about one brand of those whoever looks sees to; which one lives in the URL.
import { type ReactNode, useId } from "react";
import { useBrands } from "../api/offers";
import type { OfferBrand, ToldTotal } from "../api/types";
import { count } from "../format";
import { useUrl } from "../scope";
import { Answer, useTitle } from "./states";

interface BrandPageProps {
  title: string;
  /** What the page could do, where there is no brand yet. */
  without: string;
  children: (brand: OfferBrand) => ReactNode;
}

export function BrandPage({ title, without, children }: BrandPageProps) {
  useTitle(title);
  const brands = useBrands();
  const { params, set } = useUrl();
  const id = useId();
  return (
    <Answer query={brands} what="The brands could not be read." height={300}>
      {(data) => {
        const asked = params.get("brand") ?? params.get("object");
        const chosen = data.brands.find((one) => one.name === asked) ?? data.brands[0];
        if (!chosen) {
          return (
            <>
              <h1>There is no brand yet.</h1>
              <p className="sub">{without} Make a source under Settings, Sources; its brand is then listed here.</p>
            </>
          );
        }
        return (
          <>
            <div className="top">
              <span>
                <label htmlFor={id} className="unseen">
                  Brand
                </label>
                <select id={id} value={chosen.name} onChange={(event) => set({ brand: event.target.value })}>
                  {data.brands.map((brand) => (
                    <option key={brand.name} value={brand.name}>
                      {brand.title}
                    </option>
                  ))}
                </select>
              </span>
            </div>
            {children(chosen)}
          </>
        );
      }}
    </Answer>
  );
}

/** A total as far as it may be told. */
export function totalText(total: ToldTotal): string {
  if (total.n !== null && total.n !== undefined) return count(total.n);
  if (total.at_least !== null && total.at_least !== undefined) return `at least ${count(total.at_least)}`;
  return `fewer than ${total.fewer_than ?? 5}`;
}

/** The same with a noun. */
export function peopleText(total: ToldTotal): string {
  return `${totalText(total)} ${total.n === 1 ? "person" : "people"}`;
}
