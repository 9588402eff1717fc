//! Every kind of catalogue gives the same products, and each bad row its reason.

use super::*;

fn tea() -> Offered {
    Offered {
        id: "t1".to_owned(),
        name: "Assam & milk".to_owned(),
        url: "https://tea.example/t1".to_owned(),
        image: "https://tea.example/t1.jpg".to_owned(),
        price: Some((1250, "EUR".to_owned())),
        gtin: "4006381333931".to_owned(),
        sku: "A-1".to_owned(),
    }
}

#[test]
fn every_kind_gives_the_same() {
    let csv = "\u{feff}ID;Title;Link;Image Link;Price;GTIN;SKU\n\
        t1;Assam & milk;https://tea.example/t1;https://tea.example/t1.jpg;12,50 EUR;4006381333931;A-1\n";
    let tsv = "id\ttitle\tlink\timage_link\tprice\tgtin\tmpn\n\
        t1\tAssam & milk\thttps://tea.example/t1\thttps://tea.example/t1.jpg\t12.50 EUR\t4006381333931\tA-1\n";
    let rss = r#"<?xml version="1.0"?><rss xmlns:g="http://base.google.com/ns/1.0"><channel><title>Tea</title>
        <item><g:id>t1</g:id><title><![CDATA[Assam & milk]]></title><link>https://tea.example/t1</link>
        <g:image_link>https://tea.example/t1.jpg</g:image_link><g:price>12.50 EUR</g:price>
        <g:gtin>4006381333931</g:gtin><g:mpn>A-1</g:mpn></item></channel></rss>"#;
    let atom = r#"<feed xmlns="http://www.w3.org/2005/Atom" xmlns:g="http://base.google.com/ns/1.0"><entry>
        <g:id>t1</g:id><g:title>Assam &amp; milk</g:title><g:link>https://tea.example/t1</g:link>
        <g:image_link>https://tea.example/t1.jpg</g:image_link><g:price>12.50 EUR</g:price>
        <g:gtin>4006381333931</g:gtin><g:mpn>A-1</g:mpn></entry></feed>"#;
    let json = r#"{"@context":"https://schema.org","@graph":[{"@type":"WebPage"},{"@type":["Product"],"productID":"t1",
        "name":"Assam & milk","url":"https://tea.example/t1","image":[{"@type":"ImageObject",
        "url":"https://tea.example/t1.jpg"}],"sku":"A-1","gtin13":"4006381333931",
        "offers":{"@type":"AggregateOffer","offers":[{"@type":"Offer","price":12.50,"priceCurrency":"EUR"}]}}]}"#;
    let page = format!("<!doctype html><title>x</title><script type='application/ld+json'>{json}</script><p>Tea");
    for text in [csv, tsv, rss, atom, json, &page] {
        let read = read(text.as_bytes()).unwrap();
        assert_eq!((read.products, read.refused), (vec![tea()], vec![]), "{text}");
    }
}

#[test]
fn bad_rows_are_told_and_the_others_taken() {
    let csv = "id,title,link,price,gtin\n1,Cup,,3 EUR,\n,Nameless,,,\n3,,,,\n4,Pot,javascript:alert(1),,\n\
        5,Tin,https://a.example/5,cheap,\n6,Box,,,4006381333932\n7,\"Quoted, with comma\",,,\n";
    let found = read(csv.as_bytes()).unwrap();
    let ids: Vec<&str> = found.products.iter().map(|product| product.id.as_str()).collect();
    assert_eq!(ids, ["1", "7"]);
    assert_eq!(found.products[1].name, "Quoted, with comma");
    let told: Vec<(u64, &str)> = found.refused.iter().map(|row| (row.line, row.reason.as_str())).collect();
    assert_eq!(told.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [3, 4, 5, 6, 7]);
    for ((_, reason), word) in told.iter().zip(["id", "title", "link", "price", "gtin"]) {
        assert!(reason.contains(&format!("`{word}`")), "{reason}");
    }
}

#[test]
fn what_is_no_catalogue_says_so() {
    for (text, word) in [
        ("", "empty"),
        ("hello", "columns"),
        ("a,b\n1,2\n", "`id`"),
        ("{", "JSON"),
        ("{}", "no products"),
        ("<html><p>404", "no products"),
        ("<rss></rss>", "no products"),
    ] {
        let told = read(text.as_bytes()).unwrap_err();
        assert!(told.contains(word), "{text}: {told}");
    }
}

#[test]
fn a_feed_may_be_long_and_cut() {
    let item = |n: usize| format!("<item><g:id>{n}</g:id><title>Product {n}</title></item>");
    let items: String = (0..30_000).map(item).collect();
    let feed = format!("<rss><channel>{items}<item><g:id>cut");
    let found = read(feed.as_bytes()).unwrap();
    assert_eq!((found.products.len(), found.refused.len()), (30_000, 1));
}
