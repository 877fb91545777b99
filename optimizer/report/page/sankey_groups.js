// Groups of the Sankey diagram: the sites of a country at one step of the chain are one bar, which
// opens on a click. A country with little of its step joins the others there.
const MAX_UNGROUPED_SITES = 14;
const SMALL_GROUP_SHARE = 0.03;
const OTHER_STEP = "other inputs";
const PLACES_BY_KIND = {port: "ports", stockpile: "stockpiles", customer: "customers"};
const openGroups = new Set();

// Step of each site: what it mostly ships, or for ports, stockpiles and customers what they are.
function stepsOfSites() {
  const shippedBy = new Map();
  for (const lot of shipped) {
    const site = lot["from site"];
    if (!shippedBy.has(site)) shippedBy.set(site, new Map());
    const stage = data.stages[data.materials[lot.material]] || OTHER_STEP;
    const stages = shippedBy.get(site);
    stages.set(stage, (stages.get(stage) || 0) + lot.tonnes);
  }
  const steps = new Map();
  const sites = new Set(shipped.flatMap(lot => [lot["from site"], lot["to site"]]));
  for (const site of sites) {
    const stages = [...(shippedBy.get(site) || [])].sort((a, b) => b[1] - a[1]);
    const mostly = stages.length ? stages[0][0] : "customers";
    steps.set(site, PLACES_BY_KIND[siteOf.get(site)?.kind] || mostly);
  }
  return steps;
}
const STEPS = stepsOfSites();
// The group that stands for each site in what is drawn: itself, its country or the other countries.
function groupsOfSites(flows) {
  const through = new Map();
  const perStep = new Map();
  const members = new Map();
  const groupOf = site => `${STEPS.get(site)}\u0000${countryOf(site)}`;
  for (const link of flows)
    for (const site of [link.from, link.to]) {
      const group = groupOf(site);
      through.set(group, (through.get(group) || 0) + link.tonnes);
      perStep.set(STEPS.get(site), (perStep.get(STEPS.get(site)) || 0) + link.tonnes);
      if (!members.has(group)) members.set(group, new Set());
      members.get(group).add(site);
    }
  const small = group =>
    through.get(group) < SMALL_GROUP_SHARE * perStep.get(group.split("\u0000")[0]);
  const smallOnes = sumBy(
    [...through.keys()].filter(small),
    group => group.split("\u0000")[0],
    () => 1,
  );
  const found = new Map();
  for (const [group, sites] of members) {
    const [step, country] = group.split("\u0000");
    const others = `${step}\u0000`;
    for (const site of sites) {
      const joined = small(group) && smallOnes.get(step) > 1 && !openGroups.has(others);
      if (joined) found.set(site, {key: others, step, label: "other countries"});
      else if (sites.size > 1 && !openGroups.has(group))
        found.set(site, {key: group, step, label: country || "no country"});
      else found.set(site, {key: site, step, label: site, parent: parentOf(group, others, small)});
    }
  }
  return found;
}
// The open group that a site was taken out of, which a click on it closes again.
function parentOf(group, others, small) {
  if (openGroups.has(group)) return group;
  return small(group) && openGroups.has(others) ? others : "";
}

// Links between groups; what stays within a group is counted by it and not drawn.
function groupLinks(flows) {
  const groups = groupsOfSites(flows);
  const found = new Map();
  const nodes = new Map();
  const nodeOf = site => {
    const group = groups.get(site);
    if (!nodes.has(group.key)) nodes.set(group.key, {...group, sites: new Set(), within: 0});
    nodes.get(group.key).sites.add(site);
    return group.key;
  };
  for (const link of flows) {
    const [from, to] = [nodeOf(link.from), nodeOf(link.to)];
    if (from === to) {
      nodes.get(from).within += link.tonnes;
      continue;
    }
    const key = `${from}\u0001${to}`;
    if (!found.has(key))
      found.set(key, {
        from,
        to,
        tonnes: 0,
        parts: new Map(),
        materials: new Map(),
        rules: new Map(),
      });
    const sum = found.get(key);
    sum.tonnes += link.tonnes;
    for (const name of ["parts", "materials", "rules"])
      for (const [part, value] of link[name])
        sum[name].set(part, (sum[name].get(part) || 0) + value);
  }
  for (const link of found.values())
    [link.fromLabel, link.toLabel] = [link.from, link.to].map(key => labelOf(nodes.get(key)));
  return {flows: [...found.values()].sort((a, b) => b.tonnes - a.tonnes), nodes};
}
const labelOf = node =>
  node.key === node.label ? node.label : `${node.label} (${node.sites.size})`;

// Open a group, or close the one that a site was taken out of.
function toggleGroup(node) {
  if (node.key !== node.label) openGroups.add(node.key);
  else if (node.parent) openGroups.delete(node.parent);
  else return false;
  return true;
}
