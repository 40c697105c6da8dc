// esbuild gives the .mjs files of @grafana/ui all exports of a CommonJS module as its default, as Node.js does; they want
// the component.
import { Scrollbars } from "./node_modules/react-custom-scrollbars-2/lib/index.js";

export { Scrollbars };
export default Scrollbars;
