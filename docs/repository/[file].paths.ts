import { repositoryPages } from '../.vitepress/repository.ts';

export default { paths: repositoryPages };
