// Choosing another demo loads its fields and its source: it is a page of its own.

const KEYS = ["a", "b"];

document.querySelector(".compare-page").addEventListener("change", (event) => {
  const { form, name } = event.target;
  if (form && KEYS.includes(name)) {
    // Before the address follows the form: these fields are another demo's.
    event.stopPropagation();
    const fields = new URLSearchParams(new FormData(form));
    fields.set("choose", name);
    location.assign(`${form.dataset.address}?${fields}`);
  }
});
