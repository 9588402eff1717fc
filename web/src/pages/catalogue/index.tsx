// Catalogue: what a brand sells, imported from a file and found by the beginnings of words.
import { Button } from "@mantine/core";
import { useRef } from "react";
import { useCatalogueActs, useProducts } from "../../api/offers";
import { useRights } from "../../api/session";
import type { CatalogueImport, OfferBrand, OfferProduct } from "../../api/types";
import { BrandPage } from "../../components/brand-page";
import { TablePart } from "../../components/part";
import { SearchField } from "../../components/search-field";
import { Answer, Problem } from "../../components/states";
import { type Column, Table } from "../../components/table";
import { counted, instantText, money } from "../../format";
import { useUrl } from "../../scope";

export function Catalogue() {
  return (
    <BrandPage title="Catalogue" without="Here a brand’s products are listed, for people to name on their photos.">
      {(brand) => <Products key={brand.name} brand={brand} />}
    </BrandPage>
  );
}

const COLUMNS: Column<OfferProduct>[] = [
  {
    title: "Product",
    value: (row) => row.name,
    show: (row) =>
      row.url ? (
        <a href={row.url} rel="noreferrer nofollow">
          <bdi>{row.name}</bdi>
        </a>
      ) : (
        <bdi>{row.name}</bdi>
      ),
    isHead: true,
  },
  { title: "Id", value: (row) => row.id },
  {
    title: "Price",
    value: (row) => row.price_minor ?? null,
    show: (row) => (typeof row.price_minor === "number" ? money(row.price_minor, row.currency) : ""),
    isNumber: true,
  },
  { title: "Currency", value: (row) => row.currency, isCsvOnly: true },
  { title: "GTIN", value: (row) => row.gtin },
  { title: "SKU", value: (row) => row.sku },
  { title: "Imported", value: (row) => row.changed_at, show: (row) => instantText(row.changed_at) },
];

function Products({ brand }: { brand: OfferBrand }) {
  const { params } = useUrl();
  const q = params.get("q") ?? "";
  const products = useProducts(brand.name, q);
  const { has } = useRights();
  return (
    <Answer query={products} what="The catalogue could not be read." height={300}>
      {(data) => {
        const rows = data.pages.flatMap((page) => page.products);
        const n = data.pages[0]?.n_products ?? 0;
        return (
          <>
            <h1>
              {n === 0
                ? `${brand.title} has no products here yet.`
                : `${brand.title} has ${counted(n, "product", "products")}.`}
            </h1>
            <p className="sub">
              A CSV with the columns <code>id</code>, <code>title</code>, <code>link</code>, <code>image_link</code>,{" "}
              <code>price</code>, <code>gtin</code>, <code>sku</code>; a product feed as shops give it to search engines
              (RSS, Atom, TSV); or schema.org Products in JSON-LD, by itself or in a page. The same file may come again.
              From a shell: <code>parlour catalogue import products.csv --brand {brand.name}</code>
            </p>
            {has("analyse") ? <Import brand={brand.name} /> : null}
            {n > 0 ? <SearchField label="Find a product" value={q} size="sm" w={280} /> : null}
            {rows.length > 0 ? (
              <TablePart title="Products" columns={COLUMNS} rows={rows} rowKey={(row) => row.id} isCards />
            ) : n > 0 ? (
              <p>No product has words that begin so.</p>
            ) : null}
            {products.hasNextPage ? (
              <Button variant="default" onClick={() => products.fetchNextPage()} loading={products.isFetchingNextPage}>
                More
              </Button>
            ) : null}
          </>
        );
      }}
    </Answer>
  );
}

function Import({ brand }: { brand: string }) {
  const { bring } = useCatalogueActs(brand);
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        type="file"
        className="unseen"
        tabIndex={-1}
        aria-label="Catalogue to import"
        accept=".csv,.tsv,.txt,.xml,.rss,.atom,.json,.jsonld,.html"
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          event.currentTarget.value = "";
          if (file) bring.mutate(file);
        }}
      />
      <p>
        <Button onClick={() => input.current?.click()} loading={bring.isPending}>
          Import a catalogue
        </Button>
      </p>
      {bring.error ? <Problem error={bring.error} what="Nothing was imported." /> : null}
      {bring.data ? <Imported done={bring.data} /> : null}
    </>
  );
}

function Imported({ done }: { done: CatalogueImport }) {
  return (
    <section aria-label="What was imported">
      <p role="status">
        {counted(done.n_new, "product is", "products are")} new, {done.n_updated} updated
        {done.n_refused > 0 ? `, and ${counted(done.n_refused, "row was", "rows were")} refused:` : "."}
      </p>
      {done.refused.length > 0 ? (
        <Table
          caption="Refused rows"
          isCapped
          rows={done.refused}
          rowKey={(row) => row.line}
          columns={[
            { title: "Line", value: (row) => row.line, isNumber: true },
            { title: "Id", value: (row) => row.id, isHead: true },
            { title: "Why", value: (row) => row.reason, isWhole: true },
          ]}
        />
      ) : null}
    </section>
  );
}
