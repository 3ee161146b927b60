// Choosing another demo loads the page with its fields and its source.

const KEYS = ["a", "b"];

document.querySelector(".compare-page").addEventListener("change", (event) => {
  const { form, name } = event.target;
  if (form && KEYS.includes(name)) {
    // form.js must not put these fields into the address: they belong to the earlier demo.
    event.stopPropagation();
    const fields = new URLSearchParams(new FormData(form));
    fields.set("choose", name);
    location.assign(`${form.dataset.address}?${fields}`);
  }
});
